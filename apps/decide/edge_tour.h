#pragma once
#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include <cotape/solvers/tsp/tours.h>
#include <cotape/solvers/tsp/tsp.h>

namespace cotape::app {

// The shortest tour, given one cost for each two cities, {0, 1}, {0, 2}, …, {1, 2}, …; the solution is 1 on the edges
// of the tour.
struct EdgeTour {
  Tsp tsp;

  SolverTraits traits() const {
    SolverTraits traits = tsp.traits();
    traits.name = "edge_tour";
    traits.shape = Shape{tsp.n * (tsp.n - 1) / 2};
    return traits;
  }
  void solve(std::span<const real> cost, std::span<real> solution) const {
    std::vector<real> matrix(static_cast<std::size_t>(tsp.n * tsp.n)), tour(matrix.size());
    std::size_t edge = 0;
    for (std::int64_t i = 0; i < tsp.n; ++i)
      for (std::int64_t j = i + 1; j < tsp.n; ++j) matrix[i * tsp.n + j] = matrix[j * tsp.n + i] = cost[edge++];
    tsp.solve(matrix, tour);
    edge = 0;
    for (std::int64_t i = 0; i < tsp.n; ++i)
      for (std::int64_t j = i + 1; j < tsp.n; ++j) solution[edge++] = tour[i * tsp.n + j];
  }
  void normals(std::span<const real> solution, Normals& to) const {
    tsp::add_tour_normals(cities(), solution, edges(), to);
  }
  std::int64_t neighbour_count(std::span<const real>) const { return tsp::two_opt_moves(tsp.n); }
  void neighbour(std::span<const real> solution, std::int64_t which, std::span<real> other) const {
    const auto edge = [edge = edges()](std::int64_t i, std::int64_t j) { return edge(std::min(i, j), std::max(i, j)); };
    const tsp::EdgeExchange move = tsp::two_opt_move(tsp::tour_of(cities(), solution, edges()), which);
    std::copy(solution.begin(), solution.end(), other.begin());
    other[edge(move.a, move.b)] = other[edge(move.c, move.d)] = 0;
    other[edge(move.a, move.c)] = other[edge(move.b, move.d)] = 1;
  }

 private:
  std::vector<std::int64_t> cities() const {
    std::vector<std::int64_t> all(static_cast<std::size_t>(tsp.n));
    std::iota(all.begin(), all.end(), std::int64_t{0});
    return all;
  }
  auto edges() const {
    return [n = tsp.n](std::int64_t i, std::int64_t j) { return i * n - i * (i + 1) / 2 + j - i - 1; };
  }
};

}  // namespace cotape::app
