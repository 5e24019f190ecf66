#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/flow/negative_pairs.h>
#include <cotape/solvers/kit/workspace_pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The cells of a grid that pay for having another label than a cell: those above, below, left and right, or also the
// diagonal ones.
enum class CutNeighbours { four, eight };

// The cheapest labelling of the cells of a grid by 0 and 1, as in the segmentation of an image (Y. Boykov, M.-P. Jolly,
// "Interactive graph cuts", 2001): a cell that is labelled 1 costs something, or, with a negative cost, gains
// something; and two neighbours with different labels cost something, which is not negative.
//
// Costs and solution are [planes, height, width]:
//   plane 0   cost of the label 1 at a cell; the solution is the label
//   plane 1   cost of a cell and its right neighbour; the solution is 1 where their labels differ
//   plane 2   … and the neighbour below
//   plane 3   … below and to the right   (eight neighbours only)
//   plane 4   … below and to the left    (eight neighbours only)
// so that ⟨cost, y⟩ is the cost of the labelling. Where there is no such neighbour the cost does not count and the
// solution is 0. Exact: costs are subtracted in double. Of equally cheap labellings it takes the one with the fewest
// ones, which all others contain.
//
// Method: a minimum cut by incremental breadth-first search on the grid (cut_search.h).
// Made as GridCut{.height = 32, .width = 32}.
struct GridCut {
  std::int64_t height = 1;
  std::int64_t width = 1;
  CutNeighbours neighbours = CutNeighbours::four;
  NegativePairs negative_pairs = NegativePairs::refuse;

  struct Workspace;
  WorkspacePool<Workspace> workspaces = {};  // for solve() and tied()

  // Throws ValueError unless height, width ≥ 1 and there are at most 2²⁶ cells.
  SolverTraits traits() const;
  // Throws SolverError for a cost of a pair that is negative, where that is refused.
  void solve(std::span<const real> cost, std::span<real> solution) const;
  // Whether another labelling is as cheap as this one, which solve() gave for this cost.
  std::optional<bool> tied(std::span<const real> cost, std::span<const real> solution) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
