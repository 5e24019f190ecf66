#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/workspace_pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The linear assignment problem: pairs of a row and a column, at most one for each row and each column, that cost
// least. Costs and solution are [rows, columns], any finite costs; the solution is 1 for chosen pairs and 0 elsewhere.
//   by default                as many pairs as there can be: min(rows, columns)
//   with an unassigned_cost   fewer where that is cheaper: each row (each column, where there are fewer of them) that
//                             has no pair costs this much. A pair that costs as much or more is not chosen.
// Exact: sums and duals are taken in double, so that the answer is the cheapest one wherever sums of costs are exact in
// double, and else cheapest up to their rounding. Of several cheapest ones, which is taken follows from the costs
// alone. Made as Assignment{.rows = 5, .columns = 8}. Method: see AugmentingPaths, O(min² · max) of rows and columns.
struct Assignment {
  std::int64_t rows = 1;
  std::int64_t columns = 1;
  std::optional<real> unassigned_cost = {};

  // What an instance may bring: its size, and pairs that may not be chosen.
  struct Instance {
    std::int64_t rows = -1, columns = -1;  // the first so many of the solver's; −1: all
    // [rows, columns] of the solver, row by row: 0 for a forbidden pair. Empty: none is.
    std::vector<std::uint8_t> allowed = {};
  };
  struct Workspace;
  WorkspacePool<Workspace> workspaces = {};  // for solve() and tied()

  // Throws ValueError unless rows, columns ≥ 1, rows · columns ≤ 2²⁶ and unassigned_cost is finite.
  SolverTraits traits() const;
  void solve(std::span<const real> cost, std::span<real> solution) const;
  // Throws SolverError when every way to choose as many pairs as there must be takes a forbidden one; ValueError for
  // data that does not fit the solver's size.
  void solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const;
  // Whether other pairs are exactly as cheap as those that solve() chose for this cost. Exact where sums of costs are
  // exact in double.
  std::optional<bool> tied(std::span<const real> cost, std::span<const real> solution) const;
  std::optional<bool> tied(std::span<const real> cost, const Instance& instance, std::span<const real> solution) const;
  // Sums of rows and of columns, 1 or at most 1, and 0 ≤ y ≤ 1: no more than the assignments and their means. Throws
  // SolverError with an unassigned_cost.
  void normals(std::span<const real> solution, Normals& to) const;
  void normals(std::span<const real> solution, const Instance& instance, Normals& to) const;
  // Two rows (columns, where there are fewer of them) exchange what they have, or one takes what nobody has. Throw
  // SolverError as normals().
  std::int64_t neighbour_count(std::span<const real> solution) const;
  std::int64_t neighbour_count(std::span<const real> solution, const Instance& instance) const;
  void neighbour(std::span<const real> solution, std::int64_t which, std::span<real> other) const;
  void neighbour(std::span<const real> solution, const Instance& instance, std::int64_t which,
                 std::span<real> other) const;
  // Pairs that are forbidden or outside the instance's size are padding.
  void mask(const Instance& instance, std::span<real> mask) const;
};

// An assignment, and the proof that none is cheaper.
struct AssignmentResult {
  std::vector<std::int64_t> column_of_row = {};  // [rows]; −1 for a row without a pair
  double cost = 0;                               // the sum over the chosen pairs
  // [rows] and [columns]: the price of a row and of a column. For every pair row_duals[i] + column_duals[j] ≤ cost[i,
  // j], with equality for chosen pairs; where some rows (or columns) are left over, their duals are 0 and no dual of
  // that side is positive. So the sum of all duals is the cost of the assignment. Where an unassigned cost is given all
  // this holds for the costs min(cost[i, j], unassigned cost). Up to rounding.
  std::vector<double> row_duals = {}, column_duals = {};
};

// What Assignment does, with a report, in double precision: costs [rows, columns], where +∞ forbids a pair. Throws
// ShapeError when there are not rows · columns costs; ValueError as Assignment::traits() does, and for a cost that is
// NaN or −∞; SolverError as Assignment::solve() does.
AssignmentResult solve_assignment(std::span<const double> cost, std::int64_t rows, std::int64_t columns,
                                  std::optional<double> unassigned_cost = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
