#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/graph.h>
#include <cotape/solvers/kit/workspace_pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What goes into a network and out of it, and what its edges hold.
struct FlowProblem {
  static constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();

  std::vector<std::int64_t> supplies = {};    // [nodes]: what a node gives, or, negative, takes; their sum is 0
  std::vector<std::int64_t> capacities = {};  // [edges] ≥ 0, or `unlimited`; empty: all unlimited
};

// The cheapest flow through a directed graph that brings what some nodes give to where it is taken. Costs, of a unit of
// flow on each edge, and solution are [edges]: any finite cost; the solution is the flow on each edge, a whole number.
// Exact: tree potentials are added in double; flows whose costs differ, for a unit, by less than 1e-13 · nodes of the
// largest cost count as equally cheap. Of those it takes the one at which the method ends, which depends on the
// instance alone. (A `real` of 32 bits holds whole numbers up to 2²⁴.)
//
// Supplies and capacities are instance data (FlowProblem), one for each row of a batch, or the same for all, where they
// are given to the constructor. Where a cycle without a limit may get a negative cost, for instance by the noise of a
// rule, give capacities.
//
// Method: the primal network simplex method (network_simplex.h): exponential in the worst case, in practice about
// edges · nodes steps or less.
class MinCostFlow {
 public:
  using Instance = FlowProblem;

  // Throw ValueError for a graph that is undirected, has no edges, or more than 500,000,000 nodes or edges.
  explicit MinCostFlow(SparseGraph graph);
  MinCostFlow(SparseGraph graph, FlowProblem problem);

  SolverTraits traits() const;
  // Throw SolverError when there are not as many supplies as nodes or capacities as edges, one is out of range, the sum
  // of the supplies is not 0, no flow brings all to its place, or a cycle of negative cost has no limit.
  void solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const;
  void solve(std::span<const real> cost, std::span<real> solution) const { solve(cost, problem_, solution); }

 private:
  struct Workspace;

  SparseGraph graph_;
  FlowProblem problem_;
  WorkspacePool<Workspace> workspaces_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
