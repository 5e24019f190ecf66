#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/workspace_pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {
struct Workspace;
}

// When an exact search gives up. Tsp then throws; it never gives a tour that is not proven to be the shortest.
struct TspLimits {
  std::int64_t nodes = std::numeric_limits<std::int64_t>::max();  // of branch and bound
  double seconds = std::numeric_limits<double>::infinity();
};

// Which of the n cities an instance has, where the instances of a batch differ. The first m of them: std::vector(m, 1).
struct TspInstance {
  std::vector<std::uint8_t> cities = {};  // 0 for a city that takes no part, as one behind the last; empty: all n do
};

// The symmetric travelling salesman problem: the shortest tour through n ≥ 3 cities. Exact, minimising.
//
// Costs are any finite matrix [n, n], negative entries too. A solution is the tour's adjacency matrix: y[i, j] = y[j,
// i] = 1 for cities that are visited one after the other, else 0. So the edge {i, j} costs cost[i, j] + cost[j, i], and
// the diagonal does not matter. Every solution has 2n ones: a constant that is added to all costs changes no answer.
//
// Up to 12 cities are solved by dynamic programming; more by a local search and then branch and bound with Held–Karp
// bounds, which can solve up to some 100 to 150 cities. Tours whose lengths differ by less than 1e-12·n times the
// largest cost of an edge count as equally long.
//
// An instance may have fewer cities (TspInstance, instance data), at least 3: the tour goes through those, and what
// belongs to the others is padding (Ability::mask). The answer is that for the smaller matrix.
// Made as Tsp{5}, Tsp{.n = 20} or Tsp{.n = 100, .limits = {.seconds = 60}}.
struct Tsp {
  using Instance = TspInstance;

  std::int64_t n = 3;
  TspLimits limits = {};
  WorkspacePool<tsp::Workspace> workspaces = {};  // for solve()

  // Throws ValueError for n outside 3 … 2,000 and limits that are not positive.
  SolverTraits traits() const;
  // Throws SolverError when a limit is reached. Allocates no memory once as many threads have solved instances of this
  // size at the same time.
  void solve(std::span<const real> cost, std::span<real> solution) const;
  // Throws SolverError as well for more than n marks, and for fewer than 3 cities that take part.
  void solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const;
  // The same, beginning with the tour `start`, which a solution for costs that were a little different is: about twice
  // as fast for 50 cities. Of several tours that count as equally long it may lead to another one. What is no tour
  // through the cities is left alone.
  void solve(std::span<const real> cost, std::span<const real> start, std::span<real> solution) const;
  void solve(std::span<const real> cost, const Instance& instance, std::span<const real> start,
             std::span<real> solution) const;

  // Dantzig, Fulkerson and Johnson's: two edges at each city, 0 ≤ y ≤ 1, no shorter round trips, and y symmetric.
  void normals(std::span<const real> solution, Normals& to) const { normals(solution, {}, to); }
  void normals(std::span<const real> solution, const Instance& instance, Normals& to) const;

  // 2-opt moves: a part of the tour is gone through the other way.
  std::int64_t neighbour_count(std::span<const real> solution) const { return neighbour_count(solution, {}); }
  std::int64_t neighbour_count(std::span<const real> solution, const Instance& instance) const;
  void neighbour(std::span<const real> solution, std::int64_t which, std::span<real> other) const {
    neighbour(solution, {}, which, other);
  }
  void neighbour(std::span<const real> solution, const Instance& instance, std::int64_t which,
                 std::span<real> other) const;

  // 1 where both cities take part.
  void mask(const Instance& instance, std::span<real> mask) const;
};

// A short tour by local search alone, for instances that are too large for Tsp: a tour that always goes to the nearest
// city, made shorter by 2-opt and Or-opt moves, then by `kicks` random changes, each kept unless the tour becomes
// longer. Not exact; the same costs give the same tour. Costs, instance data and solution are those of Tsp.
struct TspLocalSearch {
  using Instance = TspInstance;

  std::int64_t n = 3;
  std::int64_t kicks = 1000;
  WorkspacePool<tsp::Workspace> workspaces = {};  // for solve()

  // Throws ValueError for n outside 3 … 20,000 and kicks < 0.
  SolverTraits traits() const;
  void solve(std::span<const real> cost, std::span<real> solution) const;
  // Throws SolverError for more than n marks, and for fewer than 3 cities that take part.
  void solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const;

  // 1 where both cities take part.
  void mask(const Instance& instance, std::span<real> mask) const;
};

// A tour and how it was found.
struct TspResult {
  std::vector<std::int64_t> tour = {};  // cities 0 … n−1 from city 0 on; its second city is lower than its last
  double length = 0;  // Σ cost[i, j] along the tour; the mean of both directions where the matrix is not symmetric
  double lower_bound = 0;  // no tour is shorter than this: the length itself when `optimal`, −∞ when unknown
  bool optimal = false;    // whether the tour is proven to be the shortest
  std::int64_t nodes = 0;  // that branch and bound visited; 0 when it was not needed
  double seconds = 0;
};

// The shortest tour, with a report: what Tsp does, in double precision, for costs [n, n]. `start` is a tour to begin
// with, such as an earlier result, or empty; it changes the time, and which of several shortest tours is found. When a
// limit is reached the best tour found is returned with optimal = false. Throws ShapeError when there are not n·n costs
// or `start` is neither empty nor a permutation of the cities; ValueError as Tsp::traits() does and for a cost that is
// not finite.
TspResult solve_tsp(std::span<const double> cost, std::int64_t n, const TspLimits& limits = {},
                    std::span<const std::int64_t> start = {});

// A short tour, with a report: what TspLocalSearch does, in double precision, for costs [n, n]. Throws as solve_tsp()
// does, for n and kicks as TspLocalSearch::traits().
TspResult approximate_tsp(std::span<const double> cost, std::int64_t n, std::int64_t kicks);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
