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
  bool subtour_normals = false;  // whether normals() has those of subtours, too

  SolverTraits traits() const {
    SolverTraits traits = tsp.traits();
    traits.name = "edge_tour";
    traits.shape = Shape{tsp.n * (tsp.n - 1) / 2};
    return traits;
  }
  void solve(std::span<const real> cost, std::span<real> solution) const {
    std::vector<real> tour(static_cast<std::size_t>(tsp.n * tsp.n));
    tsp.solve(matrix_of(cost), tour);
    write_edges(tour, solution);
  }
  // Beginning with the tour `start`.
  void solve(std::span<const real> cost, std::span<const real> start, std::span<real> solution) const {
    std::vector<real> tour(static_cast<std::size_t>(tsp.n * tsp.n));
    tsp.solve(matrix_of(cost), matrix_of(start), tour);
    write_edges(tour, solution);
  }
  void normals(std::span<const real> solution, Normals& to) const {
    tsp::add_tour_normals(
        cities(), solution, [this](std::int64_t i, std::int64_t j) { return entry_of(i, j); }, to, subtour_normals);
  }
  std::int64_t neighbour_count(std::span<const real>) const { return tsp::two_opt_moves(tsp.n); }
  void neighbour(std::span<const real> solution, std::int64_t which, std::span<real> other) const {
    const auto tour =
        tsp::tour_of(cities(), solution, [this](std::int64_t i, std::int64_t j) { return entry_of(i, j); });
    const tsp::EdgeExchange move = tsp::two_opt_move(tour, which);
    std::copy(solution.begin(), solution.end(), other.begin());
    other[entry_of(move.a, move.b)] = other[entry_of(move.c, move.d)] = 0;
    other[entry_of(move.a, move.c)] = other[entry_of(move.b, move.d)] = 1;
  }

  // Where the edge {i, j} is.
  std::int64_t entry_of(std::int64_t i, std::int64_t j) const {
    const std::int64_t low = std::min(i, j), high = std::max(i, j);
    return low * tsp.n - low * (low + 1) / 2 + high - low - 1;
  }
  std::vector<std::int64_t> cities() const {
    std::vector<std::int64_t> all(static_cast<std::size_t>(tsp.n));
    std::iota(all.begin(), all.end(), std::int64_t{0});
    return all;
  }

 private:
  std::vector<real> matrix_of(std::span<const real> edges) const {
    std::vector<real> matrix(static_cast<std::size_t>(tsp.n * tsp.n));
    for (std::int64_t i = 0; i < tsp.n; ++i)
      for (std::int64_t j = i + 1; j < tsp.n; ++j)
        matrix[i * tsp.n + j] = matrix[j * tsp.n + i] = edges[entry_of(i, j)];
    return matrix;
  }
  void write_edges(std::span<const real> matrix, std::span<real> edges) const {
    for (std::int64_t i = 0; i < tsp.n; ++i)
      for (std::int64_t j = i + 1; j < tsp.n; ++j) edges[entry_of(i, j)] = matrix[i * tsp.n + j];
  }
};

}  // namespace cotape::app
