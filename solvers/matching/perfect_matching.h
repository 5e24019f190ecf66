#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/allowed_edges.h>
#include <cotape/solvers/kit/graph.h>
#include <cotape/solvers/kit/workspace_pool.h>
#include <cotape/solvers/matching/matching_result.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace matching {
struct Workspace;
}

struct PerfectMatchingOptions {
  Sense sense = Sense::minimise;
};

// The cheapest, or the most valuable, perfect matching of an undirected graph: edges that cover every node exactly
// once. Costs and solution are [edges], any finite costs; the solution is 1 on the edges of the matching and 0
// elsewhere. Parallel edges and loops are allowed; a loop is never chosen.
// Exact: sums and duals are taken in double, so that the answer is the best one wherever sums of costs are exact in
// double, and else best up to their rounding. Of several best ones, which is taken follows from the costs alone.
// Method: see matching::Blossoms.
class PerfectMatching {
 public:
  using Instance = AllowedEdges;

  // Throws ValueError when the graph is directed, has no edges or an odd number of nodes; SolverError when it has no
  // perfect matching.
  explicit PerfectMatching(const SparseGraph& graph, PerfectMatchingOptions options = {});

  SolverTraits traits() const;
  void solve(std::span<const real> cost, std::span<real> solution) const;
  // With the edges that the instance may use. Throws SolverError when no matching of them is perfect; ValueError for
  // data of another number of edges.
  void solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const;
  // Whether another perfect matching is exactly as good. Exact where sums of costs are exact in double.
  std::optional<bool> tied(std::span<const real> cost, std::span<const real> solution) const;
  std::optional<bool> tied(std::span<const real> cost, const Instance& instance, std::span<const real> solution) const;
  // Edges that may not be used are padding.
  void mask(const Instance& instance, std::span<real> mask) const;

 private:
  SparseGraph graph_;
  PerfectMatchingOptions options_;
  WorkspacePool<matching::Workspace> workspaces_;
};

// What PerfectMatching does, with a report, in double precision: costs [edges], where +∞ forbids an edge (−∞ when
// maximising). A graph without nodes has an empty matching. Throws ShapeError when there is not one cost for each edge;
// ValueError when the graph is directed or has an odd number of nodes, and for a cost that is NaN or the other
// infinity; SolverError when there is no perfect matching.
MatchingResult solve_perfect_matching(const SparseGraph& graph, std::span<const double> cost,
                                      PerfectMatchingOptions options = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
