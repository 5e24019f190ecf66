#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/graph.h>
#include <cotape/solvers/kit/workspace_pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The costs that a ShortestPath accepts when its graph has cycles.
enum class EdgeCosts { nonnegative, any };

// The cheapest path from `source` to `target` in a directed graph whose edges cost: costs and solution are [edges], the
// solution is 1 on the edges of the path and 0 elsewhere. Exact: the sum, taken in double from the source on, is the
// smallest there is. Of equally cheap paths one with the fewest edges is taken.
// The method and the costs it accepts:
//   no cycles                  any finite cost    one pass in topological order
//   cycles, nonnegative costs  costs ≥ 0          Dijkstra
//   cycles, any costs          any finite cost    Bellman–Ford
// where only cycles on some way from source to target count.
class ShortestPath {
 public:
  // Throws ValueError when the graph is undirected or has no edges, or source or target is not one of its nodes;
  // SolverError when no path leads from source to target.
  ShortestPath(const SparseGraph& graph, std::int64_t source, std::int64_t target,
               EdgeCosts costs = EdgeCosts::nonnegative);

  SolverTraits traits() const;
  // Throws SolverError when a cycle of negative cost (its sum in double is below zero) lies on some way from source to
  // target.
  void solve(std::span<const real> cost, std::span<real> solution) const;
  // Whether another path without repeated nodes is exactly as cheap as this one, which solve() gave for this cost.
  std::optional<bool> tied(std::span<const real> cost, std::span<const real> solution) const;

 private:
  enum class Method { topological, dijkstra, bellman_ford };
  // A useful edge as one loop over all of them reads it: its nodes, and its number in the graph given.
  struct Link {
    std::int32_t from = 0, to = 0, original = 0;
  };
  struct Workspace;
  class Search;

  Method method_ = Method::topological;
  std::int64_t edges_ = 0;  // of the graph given
  // The nodes and edges on ways from source to target, with numbers of their own; nodes in topological order where
  // there is one, edges in the order of the graph given.
  SparseGraph useful_;
  std::vector<std::int32_t> original_edges_;  // [useful edges]: their numbers in the graph given
  std::vector<Link> links_;                   // ordered by the node that they leave
  std::int32_t source_ = 0, target_ = 0;      // among the useful nodes
  WorkspacePool<Workspace> workspaces_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
