#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/tsp/workspaces.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// When an exact search gives up. It then throws; it never returns a tour that is not proven to be the shortest.
struct TspLimits {
  std::int64_t nodes = std::numeric_limits<std::int64_t>::max();
  double seconds = std::numeric_limits<double>::infinity();
};

// The symmetric travelling salesman problem: the shortest tour through n ≥ 3 cities. Exact, minimising.
//
// Costs are any finite matrix [n, n], negative entries too. A solution is the tour's adjacency matrix: y[i, j] = y[j,
// i] = 1 for cities that are visited one after the other, else 0. So the edge {i, j} costs cost[i, j] + cost[j, i], and
// the diagonal does not matter. Every tour has 2n ones: a constant that is added to all entries, as centring does,
// changes no answer.
//
// Dynamic programming up to 12 cities, above that branch and bound on Held–Karp bounds after a local search; some 100
// to 150 cities are within reach. Tours whose lengths differ by less than 1e-12 of n times the largest cost count as
// equally long. Solving takes no new memory once as many instances as now have been solved at the same time.
// Made as Tsp{5}, Tsp{.n = 20} or Tsp{.n = 100, .limits = {.seconds = 60}}.
struct Tsp {
  std::int64_t n = 3;
  TspLimits limits = {};
  tsp::Workspaces workspaces = {};

  // Throws ValueError for n outside 3 … 2,000 and limits that are not positive.
  SolverTraits traits() const;
  // Throws SolverError when a limit is reached.
  void solve(std::span<const real> cost, std::span<real> solution) const;
};

// A short tour by local search alone, for instances that are too large for Tsp: nearest neighbours, 2-opt and Or-opt
// moves, then `kicks` random changes that are kept when they help. Not exact; the same costs give the same tour.
struct TspLocalSearch {
  std::int64_t n = 3;
  std::int64_t kicks = 1000;
  tsp::Workspaces workspaces = {};

  // Throws ValueError for n outside 3 … 20,000 and kicks < 0.
  SolverTraits traits() const;
  void solve(std::span<const real> cost, std::span<real> solution) const;
};

// A tour and how it was found.
struct TspResult {
  std::vector<std::int64_t> tour = {};  // cities 0 … n−1 from city 0 on; its second city is lower than its last
  double length = 0;       // Σ cost[i, j] along the tour, for a matrix that is not symmetric: of both directions' mean
  double lower_bound = 0;  // that no tour is shorter than: the length itself when `optimal`, −∞ when unknown
  bool optimal = false;
  std::int64_t nodes = 0;  // of the branch and bound; 0: none was needed
  double seconds = 0;
};

// The shortest tour, with a report: what Tsp does, in double precision. `start` is a tour to begin with, for instance
// an earlier result; it changes the time, and which of several shortest tours is found. When a limit is reached the
// best tour found is returned with optimal = false. Throws ShapeError when cost does not have n·n entries or `start` is
// neither empty nor a permutation of the cities, ValueError as Tsp and for a cost that is not finite.
TspResult solve_tsp(std::span<const double> cost, std::int64_t n, const TspLimits& limits = {},
                    std::span<const std::int64_t> start = {});

// A short tour, with a report: what TspLocalSearch does, in double precision.
TspResult approximate_tsp(std::span<const double> cost, std::int64_t n, std::int64_t kicks);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
