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

struct MaxWeightMatchingOptions {
  Sense sense = Sense::maximise;
  bool max_cardinality = false;  // as many edges as there can be, and of such matchings the best
};

// The matching of greatest weight, or of least, of an undirected graph: edges of which no two meet at a node. Costs and
// solution are [edges], any finite costs; the solution is 1 on the edges of the matching and 0 elsewhere. An edge of
// negative weight, or of 0, is never chosen (minimise: of positive weight, or of 0), unless most edges are asked for.
// Parallel edges and loops are allowed; a loop is never chosen.
// Exact: sums and duals are taken in double, so that the answer is the best one wherever sums of costs are exact in
// double, and else best up to their rounding. Of several best ones, which is taken follows from the costs alone.
// Method: see matching::Blossoms.
class MaxWeightMatching {
 public:
  using Instance = AllowedEdges;

  // Throws ValueError when the graph is directed or has no edges.
  explicit MaxWeightMatching(const SparseGraph& graph, MaxWeightMatchingOptions options = {});

  SolverTraits traits() const;
  void solve(std::span<const real> cost, std::span<real> solution) const;
  // With the edges that the instance may use. Throws ValueError for data of another number of edges.
  void solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const;
  // Whether another matching is exactly as good (one with an edge of weight 0 more or less is). Exact where sums of
  // costs are exact in double.
  std::optional<bool> tied(std::span<const real> cost, std::span<const real> solution) const;
  std::optional<bool> tied(std::span<const real> cost, const Instance& instance, std::span<const real> solution) const;
  // Edges that may not be used are padding.
  void mask(const Instance& instance, std::span<real> mask) const;

 private:
  SparseGraph graph_;
  MaxWeightMatchingOptions options_;
  WorkspacePool<matching::Workspace> workspaces_;
};

// What MaxWeightMatching does, with a report, in double precision: costs [edges], where −∞ forbids an edge (+∞ when
// minimising). Throws ShapeError when there is not one cost for each edge; ValueError when the graph is directed, and
// for a cost that is NaN or the other infinity.
MatchingResult solve_max_weight_matching(const SparseGraph& graph, std::span<const double> cost,
                                         MaxWeightMatchingOptions options = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
