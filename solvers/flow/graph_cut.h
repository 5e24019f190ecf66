#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/flow/negative_pairs.h>
#include <cotape/solvers/kit/graph.h>
#include <cotape/solvers/kit/workspace_pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The cheapest labelling of a graph's nodes by 0 and 1: a node that is labelled 1 costs something, or, with a negative
// cost, gains something; and an edge whose ends have different labels costs something, which is not negative. A
// directed edge costs only when its first end is labelled 1 and its second 0. (GridCut is the same for grids, faster.)
//
// Costs and solution are [nodes + edges]: first the cost of each node's label 1, then the cost of each edge. The
// solution is the labels, and 1 on the edges that cost, so that ⟨cost, y⟩ is the cost of the labelling. Exact: costs
// are subtracted in double. Of equally cheap labellings it takes the one with the fewest ones, which all others
// contain.
//
// Method: a minimum cut by incremental breadth-first search (cut_search.h).
class GraphCut {
 public:
  // Throws ValueError for a graph without nodes, or with more than 500,000,000 edges.
  explicit GraphCut(SparseGraph graph, NegativePairs negative_pairs = NegativePairs::refuse);

  SolverTraits traits() const;
  // Throws SolverError for a cost of an edge that is negative, where that is refused.
  void solve(std::span<const real> cost, std::span<real> solution) const;
  // Whether another labelling is as cheap as this one, which solve() gave for this cost.
  std::optional<bool> tied(std::span<const real> cost, std::span<const real> solution) const;

 private:
  struct Workspace;
  class Search;

  SparseGraph graph_;
  NegativePairs negative_pairs_;
  WorkspacePool<Workspace> workspaces_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
