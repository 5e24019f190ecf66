#pragma once
#include <cstdint>
#include <limits>
#include <span>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/workspace_pool.h>
#include <cotape/solvers/knapsack/knapsack_instance.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The knapsack problem: which of n items to take, and how often, so that they are worth most and no capacity is
// exceeded. Values and solution are [n]; the solution is how often an item is taken: 0 or 1, unless the instance allows
// more copies. Exact, maximising, any finite value; items worth nothing or less are never taken.
//
// Weights and capacities are instance data (KnapsackInstance), one for each row of a batch; or `fixed` ones, the same
// for all, where no data is given. An instance may have fewer items than n: the rest is padding (Ability::mask).
//
// Method: whole weights and one capacity by a table over all capacities, in time n · capacity / 8; the values are
// added in double. Of equally good sets it takes the one with the fewest copies of the last item, then of the one
// before, and so on. Everything else (real weights, several capacities, a table above 64 MiB) by branch and bound; sets
// whose values differ by less than 1e-12 of the best count as equally good, and the first that the search meets is
// taken. That search can take exponentially long: some 100 items with one capacity and some 30 with several are
// usual, more where values and weights are not alike.
// Made as Knapsack{.n = 48}, with data, or Knapsack{.n = 3, .fixed = {{3, 1, 2}, 4}}.
struct Knapsack {
  using Instance = KnapsackInstance;

  std::int64_t n = 1;
  Instance fixed = {};                                                // for instances without data of their own
  std::int64_t max_nodes = std::numeric_limits<std::int64_t>::max();  // of branch and bound

  struct Workspace;
  WorkspacePool<Workspace> workspaces = {};  // for solve()

  // Throws ValueError for n outside 1 … 1,000,000, more than n fixed items and max_nodes < 1.
  SolverTraits traits() const;
  // Throw SolverError when a capacity is negative, an item that is worth something weighs nothing and may be taken
  // without limit, there are more than n items, the search reaches max_nodes, or there is neither data nor `fixed`.
  void solve(std::span<const real> values, const Instance& instance, std::span<real> solution) const;
  void solve(std::span<const real> values, std::span<real> solution) const { solve(values, fixed, solution); }

  // Capacities that are used up, 0 ≤ y ≤ how often an item fits.
  void normals(std::span<const real> solution, const Instance& instance, Normals& to) const;
  void normals(std::span<const real> solution, Normals& to) const { normals(solution, fixed, to); }

  // One copy of an item more, where it fits, or less.
  std::int64_t neighbour_count(std::span<const real> solution, const Instance& instance) const;
  std::int64_t neighbour_count(std::span<const real> solution) const { return neighbour_count(solution, fixed); }
  void neighbour(std::span<const real> solution, const Instance& instance, std::int64_t which,
                 std::span<real> other) const;
  void neighbour(std::span<const real> solution, std::int64_t which, std::span<real> other) const {
    neighbour(solution, fixed, which, other);
  }

  // 1 for the items of the instance.
  void mask(const Instance& instance, std::span<real> mask) const;
  Drawing drawing(const Instance& instance) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
