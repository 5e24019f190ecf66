#pragma once
#include <numeric>
#include <span>
#include <vector>

#include <cotape/solvers/tsp/tour_normals.h>
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
    std::vector<std::int64_t> cities(static_cast<std::size_t>(tsp.n));
    std::iota(cities.begin(), cities.end(), std::int64_t{0});
    const auto edge = [&](std::int64_t i, std::int64_t j) { return i * tsp.n - i * (i + 1) / 2 + j - i - 1; };
    tsp::add_tour_normals(cities, solution, edge, to);
  }
};

}  // namespace cotape::app
