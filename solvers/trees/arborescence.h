#pragma once
#include <cstdint>
#include <span>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/allowed_edges.h>
#include <cotape/solvers/kit/graph.h>
#include <cotape/solvers/kit/workspace_pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct ArborescenceOptions {
  Sense sense = Sense::minimise;
  std::int64_t root = -1;  // −1: whichever node is best
};

// Which edges an arborescence may use, and its root, where the instances of a batch differ.
struct ArborescenceInstance {
  AllowedEdges edges = {};
  std::int64_t root = -1;  // −1: as the solver's options say
};

// The cheapest, or the most valuable, spanning arborescence of a directed graph: edges on which exactly one way leads
// from a root to every node. Costs and solution are [edges], any finite costs; the solution is 1 on the edges of the
// arborescence and 0 elsewhere. Parallel edges and loops are allowed.
// Exact: sums and differences of costs are taken in double, so that the answer is the best one wherever they are exact
// there, and else best up to their rounding. Of several best ones, which is taken follows from the costs alone.
//   Method: each node's cheapest edge, and circles made into nodes (Y. J. Chu, T. H. Liu, "On the shortest arborescence
//   of a directed graph", 1965; J. Edmonds, "Optimum branchings", 1967), growing one path at a time (H. N. Gabow, Z.
//   Galil, T. Spencer, R. E. Tarjan, "Efficient algorithms for finding minimum spanning trees in undirected and
//   directed graphs", 1986), on lists with one edge from each node; O(edges + nodes²), up to the inverse Ackermann
//   function.
class Arborescence {
 public:
  using Instance = ArborescenceInstance;

  // Throws ValueError when the graph is undirected or has no edges, or the root is not one of its nodes; SolverError
  // when no root (or not the given one) reaches all nodes.
  explicit Arborescence(const SparseGraph& graph, ArborescenceOptions options = {});

  SolverTraits traits() const;
  void solve(std::span<const real> cost, std::span<real> solution) const;
  // With the edges that the instance may use, and its root. Throws SolverError when no root (or not the given one)
  // reaches all nodes over them; ValueError for data of another number of edges, or a root that is not a node.
  void solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const;
  // Edges that may not be used are padding.
  void mask(const Instance& instance, std::span<real> mask) const;

 private:
  struct Workspace;
  class Search;

  SparseGraph graph_;
  ArborescenceOptions options_;
  WorkspacePool<Workspace> workspaces_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
