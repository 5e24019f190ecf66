#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/graph.h>
#include <cotape/solvers/kit/workspace_pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What is there and what is wanted; both have the same sum.
struct TransportationProblem {
  std::vector<std::int64_t> supplies = {};  // [sources] ≥ 0
  std::vector<std::int64_t> demands = {};   // [sinks] ≥ 0
};

// The transportation problem: what to bring from each source to each sink, so that all demands are met and it costs
// least. Costs, of a unit, and solution are [sources, sinks]: any finite cost; the solution is whole amounts. With
// supplies and demands of 1 it is the assignment problem. A solution's sum is that of the demands: a constant that is
// added to all costs changes no answer. Method, exactness and ties are MinCostFlow's.
//
// Supplies and demands are instance data, or the same for all, where they are given to the constructor.
class Transportation {
 public:
  using Instance = TransportationProblem;

  // Throw ValueError for less than 1 source or sink and more than 100,000,000 pairs of them.
  Transportation(std::int64_t sources, std::int64_t sinks);
  explicit Transportation(TransportationProblem problem);

  SolverTraits traits() const;
  // Throw SolverError when there is not one supply for each source and one demand for each sink, one is negative, or
  // the sums differ.
  void solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const;
  void solve(std::span<const real> cost, std::span<real> solution) const { solve(cost, problem_, solution); }

 private:
  struct Workspace;

  std::int64_t sources_, sinks_;
  SparseGraph graph_;
  TransportationProblem problem_;
  WorkspacePool<Workspace> workspaces_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
