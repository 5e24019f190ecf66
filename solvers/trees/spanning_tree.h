#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/allowed_edges.h>
#include <cotape/solvers/kit/graph.h>
#include <cotape/solvers/kit/workspace_pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct SpanningTreeOptions {
  Sense sense = Sense::minimise;
  bool forest = false;  // where the edges do not connect all nodes: a tree for each connected part, instead of an error
};

// The cheapest, or the most valuable, spanning tree of an undirected graph: edges that connect all nodes without a
// circle. Costs and solution are [edges], any finite costs; the solution is 1 on the edges of the tree and 0 elsewhere.
// Exact: costs are compared, never added, so that no cost is too large or too small. Of equal costs that of the edge
// with the lower number counts as the better one, which makes the tree unique.
//   Method: Kruskal's, O(edges log edges); Prim's on a matrix in SIMD lanes, O(nodes²), where the graph has many edges.
//   The marginals are those of the matrix-tree theorem, O(nodes³); costs are added in double for them.
class SpanningTree {
 public:
  using Instance = AllowedEdges;

  // Throws ValueError when the graph is directed or has no edges; SolverError when it is not connected, unless a forest
  // will do.
  explicit SpanningTree(const SparseGraph& graph, SpanningTreeOptions options = {});

  SolverTraits traits() const;
  void solve(std::span<const real> cost, std::span<real> solution) const;
  // With the edges that the instance may use. Throws SolverError when they do not connect all nodes, unless a forest
  // will do; ValueError for data of another number of edges.
  void solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const;
  // Whether another tree is exactly as good.
  std::optional<bool> tied(std::span<const real> cost, std::span<const real> solution) const;
  std::optional<bool> tied(std::span<const real> cost, const Instance& instance, std::span<const real> solution) const;
  // The mean of all trees, or forests, with weights e^−⟨cost, y⟩, or e^⟨cost, y⟩ for the most valuable tree. Throws as
  // solve() does.
  void marginals(std::span<const real> cost, std::span<real> mean) const { marginals(cost, {}, mean); }
  void marginals(std::span<const real> cost, const Instance& instance, std::span<real> mean) const;
  // Edges that may not be used are padding.
  void mask(const Instance& instance, std::span<real> mask) const;

 private:
  struct Workspace;
  class Search;

  SparseGraph graph_;
  SpanningTreeOptions options_;
  bool dense_ = false;  // Prim's method
  WorkspacePool<Workspace> workspaces_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
