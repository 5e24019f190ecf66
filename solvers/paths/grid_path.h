#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/workspace_pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A cell of a grid; row 0 is the top one. Negative numbers count from the end: −1 is the last row or column.
struct GridCell {
  std::int64_t row = 0;
  std::int64_t column = 0;
  bool operator==(const GridCell&) const = default;
};

// The cells that a path may go to from a cell: up, down, left and right, or also diagonally.
enum class Neighbours { four, eight };

// Whether a diagonal step may pass a blocked cell at a corner, or has to walk around it: then both cells beside the
// step must be free.
enum class Corners { cut, walk_around };

// Where a path begins and ends and which cells it may not enter, where the instances of a batch differ.
struct GridPathInstance {
  GridCell start = {0, 0};
  GridCell end = {-1, -1};
  std::vector<std::uint8_t> blocked = {};  // [height, width], row by row: 0 for a cell that is free; empty: all are
};

// The cheapest path on a grid whose cells cost: costs ≥ 0 and solution are [height, width], the solution is 1 on the
// cells of the path and 0 elsewhere. A path's cost is the sum over its cells, both ends included. Exact: the sum, taken
// in double from the start on, is the smallest there is. Of equally cheap paths one with the fewest cells is taken.
// Made as GridPath{.height = 12, .width = 12}: from the upper left corner to the lower right one.
//
// An instance may have a start and an end of its own, and blocked cells (GridPathInstance, instance data): those are
// padding (Ability::mask), and what their cost is does not matter.
//
//   Method: label correcting in sweeps. Every cell has the cheapest distance from the start that is known so far. A
//   sweep visits the rows from top to bottom and then from bottom to top, and improves each row's distances from the
//   row it comes from and along the row; it looks only at columns that have changed. Sweeps are repeated until none
//   changes anything: about as often as a cheapest path turns from downwards to upwards or back.
struct GridPath {
  using Instance = GridPathInstance;

  std::int64_t height = 1;
  std::int64_t width = 1;
  Neighbours neighbours = Neighbours::eight;
  GridCell start = {0, 0};
  GridCell end = {-1, -1};
  Corners corners = Corners::cut;  // for eight neighbours

  struct Workspace;
  WorkspacePool<Workspace> workspaces = {};  // for solve() and tied()

  // Throws ValueError unless height, width ≥ 1 and both ends lie on the grid.
  SolverTraits traits() const;
  void solve(std::span<const real> cost, std::span<real> solution) const;
  // Throws SolverError when an end lies outside the grid or is blocked, there is not one mark for each cell, or no path
  // leads from start to end.
  void solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const;
  // Whether another path is exactly as cheap as this one, which solve() gave for this cost.
  std::optional<bool> tied(std::span<const real> cost, std::span<const real> solution) const;
  std::optional<bool> tied(std::span<const real> cost, const Instance& instance, std::span<const real> solution) const;

  // 1 for the cells that are not blocked.
  void mask(const Instance& instance, std::span<real> mask) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
