#pragma once
#include <cotape/engine/base/random.h>
#include <cotape/solvers/tsp/edge_costs.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

// Made-up travelling salesman problems, and what is right for them by the simplest means.
namespace cotape {
inline namespace COTAPE_PRECISION {

// A number that is uniform in [0, 1) for the k-th use.
inline double draw(Rng& rng) { return static_cast<double>(rng.uniform()); }

// Euclidean distances of points in the plane.
inline std::vector<real> distances_of(const std::vector<double>& x, const std::vector<double>& y) {
  std::vector<real> cost;
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = 0; j < x.size(); ++j) cost.push_back(static_cast<real>(std::hypot(x[i] - x[j], y[i] - y[j])));
  return cost;
}

inline constexpr int kinds_of_costs = 14;

// A cost matrix [n, n] of one of the kinds; not symmetric where that is not said.
inline std::vector<real> made_up_costs(int kind, int n, Rng rng) {
  const auto count = static_cast<std::size_t>(n);
  std::vector<real> cost(count * count);
  std::vector<double> x(count), y(count);
  const auto fill = [&](auto f) {
    for (real& c : cost) c = static_cast<real>(f());
  };
  switch (kind) {
    case 0:
      fill([&] { return draw(rng); });
      break;
    case 1:
      fill([&] { return std::floor(3 * draw(rng)); });
      break;  // integers with many ties
    case 2:
      fill([&] { return std::floor(2 * draw(rng)); });
      break;  // 0 and 1
    case 3:
      fill([&] { return std::floor(2001 * draw(rng)) - 1000; });
      break;  // integers of both signs
    case 4:
      fill([&] { return 2 * draw(rng) - 1; });
      break;  // negative entries
    case 5:
      fill([&] { return -3 - draw(rng); });
      break;  // nothing but negative entries
    case 6:
      fill([&] { return 7.25; });
      break;  // constant
    case 7:
      fill([&] { return 100 + 1e-3 * draw(rng); });
      break;  // nearly constant
    case 8:   // zero rows and columns
      fill([&] { return 2 * draw(rng) - 1; });
      for (std::size_t i = 0; i < count; i += 3)
        for (std::size_t j = 0; j < count; ++j) cost[i * count + j] = cost[j * count + i] = 0;
      break;
    case 9:  // clusters, some points twice
      for (std::size_t i = 0; i < count; ++i) {
        x[i] = std::floor(3 * draw(rng)) + 1e-3 * std::floor(4 * draw(rng));
        y[i] = std::floor(2 * draw(rng)) + 1e-3 * std::floor(4 * draw(rng));
      }
      return distances_of(x, y);
    case 10:  // nearly on a line, equally far apart
      for (std::size_t i = 0; i < count; ++i) {
        x[i] = static_cast<double>(i * 5 % count);
        y[i] = 1e-6 * draw(rng);
      }
      return distances_of(x, y);
    case 11:  // some cities far from the others, nearly on a line with them
      for (std::size_t i = 0; i < count; ++i) {
        x[i] = draw(rng) + (i % 4 ? 0 : 1000 * (1 + draw(rng)));
        y[i] = draw(rng);
      }
      return distances_of(x, y);
    case 12:  // two clusters with three cheap edges between them
      for (std::size_t i = 0; i < count; ++i) {
        x[i] = draw(rng) + (i % 2 ? 100 : 0);
        y[i] = draw(rng);
      }
      cost = distances_of(x, y);
      for (std::size_t i = 0; i + 1 < std::min<std::size_t>(count, 6); i += 2) cost[i * count + i + 1] -= 10'000;
      break;
    default:  // a grid, slightly shaken
      for (std::size_t i = 0; i < count; ++i) {
        x[i] = static_cast<double>(i % 4) + 1e-5 * draw(rng);
        y[i] = static_cast<double>(i / 4) + 1e-5 * draw(rng);
      }
      return distances_of(x, y);
  }
  return cost;
}

// ⟨cost, y⟩ of an edge.
inline double edge_cost(std::span<const real> cost, int n, int i, int j) {
  return static_cast<double>(cost[static_cast<std::size_t>(i * n + j)]) +
         static_cast<double>(cost[static_cast<std::size_t>(j * n + i)]);
}

// ⟨cost, y⟩ of a tour.
inline double tour_cost(std::span<const real> cost, const tsp::Tour& tour) {
  const int n = static_cast<int>(tour.size());
  double sum = edge_cost(cost, n, tour.back(), tour[0]);
  for (std::size_t k = 1; k < tour.size(); ++k) sum += edge_cost(cost, n, tour[k - 1], tour[k]);
  return sum;
}

// How far rounding may move the cost of a tour: 1e-9 of n of the largest costs.
inline double rounding_of(std::span<const real> cost, int n) {
  double largest = 0;
  for (const real c : cost) largest = std::max(largest, std::abs(static_cast<double>(c)));
  return 1e-9 * n * largest;
}

// The least cost of all (n − 1)! tours.
inline double brute_force(std::span<const real> cost, int n) {
  std::vector<std::vector<double>> edge(static_cast<std::size_t>(n), std::vector<double>(static_cast<std::size_t>(n)));
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      edge[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)] = edge_cost(cost, n, i, j);
  double best = std::numeric_limits<double>::infinity();
  const auto extend = [&](auto& self, std::size_t last, unsigned left, double path) -> void {
    if (left == 0) best = std::min(best, path + edge[last][0]);
    for (std::size_t next = 1; left >> next != 0; ++next)
      if (left >> next & 1) self(self, next, left & ~(1u << next), path + edge[last][next]);
  };
  extend(extend, 0, (1u << n) - 2, 0);
  return best;
}

// The same over sets of cities, the textbook's way: path[set][last] starts at city 0.
inline double held_karp(std::span<const real> cost, int n) {
  const auto count = static_cast<std::size_t>(n - 1);
  const std::size_t sets = std::size_t{1} << count;
  const auto edge = [&](std::size_t i, std::size_t j) {
    return edge_cost(cost, n, static_cast<int>(i), static_cast<int>(j));
  };
  std::vector<double> path(sets * count, std::numeric_limits<double>::infinity());
  for (std::size_t j = 0; j < count; ++j) path[(std::size_t{1} << j) * count + j] = edge(0, j + 1);
  std::vector<double> edges;
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = 0; j < count; ++j) edges.push_back(edge(i + 1, j + 1));
  for (std::size_t set = 1; set < sets; ++set)
    for (std::size_t last = 0; last < count; ++last) {
      if (!(set >> last & 1)) continue;
      const double here = path[set * count + last];
      for (std::size_t next = 0; next < count; ++next) {
        if (set >> next & 1) continue;
        double& there = path[(set | std::size_t{1} << next) * count + next];
        there = std::min(there, here + edges[last * count + next]);
      }
    }
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t last = 0; last < count; ++last)
    best = std::min(best, path[(sets - 1) * count + last] + edge(last + 1, 0));
  return best;
}

// The tour that a solution is; empty when it is not the adjacency matrix of one.
inline tsp::Tour tour_of(std::span<const real> solution, int n) {
  const auto at = [&](int i, int j) { return solution[static_cast<std::size_t>(i * n + j)]; };
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      if ((at(i, j) != 0 && at(i, j) != 1) || at(i, j) != at(j, i)) return {};
  tsp::Tour tour = {0};
  for (int last = 0, before = -1; tour.size() < static_cast<std::size_t>(n);) {
    int next = -1, ones = 0;
    for (int j = 0; j < n; ++j) {
      ones += at(last, j) == 1;
      if (at(last, j) == 1 && j != before && next < 0) next = j;
    }
    if (ones != 2 || next < 0 || std::find(tour.begin(), tour.end(), next) != tour.end()) return {};
    tour.push_back(next);
    before = std::exchange(last, next);
  }
  double sum = 0;
  for (const real y : solution) sum += static_cast<double>(y);
  return sum == 2.0 * n && at(tour.back(), 0) == 1 ? tour : tsp::Tour();
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
