#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/graph.h>
#include <cotape/solvers/kit/workspace_pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The graph of a minimum cut, and the two nodes that it parts.
struct CutProblem {
  SparseGraph graph = {};
  std::int64_t source = 0;
  std::int64_t target = 0;
};

// The minimum cut: the edges of least cost without which no way leads from source to target; the largest flow has the
// same value. Costs ≥ 0, the edges' capacities, and solution are [edges]. The solution is 1 on the edges that lead from
// the source's side to the target's, and 0 elsewhere: ⟨cost, y⟩ is the value of the cut. An undirected edge is cut when
// its ends are on different sides. Exact: capacities are added and subtracted in double. Of equally cheap cuts it takes
// the one with the smallest source side, which lies inside all others.
//
// The graph is instance data, one for each row of a batch, or the same for all, where it is given to the constructor.
// An instance may have fewer edges than the solver: the rest is padding (Ability::mask).
//
// Method: pushing and relabelling (push_relabel.h), in time nodes² · √edges at most and far less as a rule.
// Made as MinCut(graph, 0, 5), or MinCut(100) for instances of up to 100 edges.
class MinCut {
 public:
  using Instance = CutProblem;

  // Throws ValueError for less than 1 edge and more than 500,000,000, and where solve() would throw.
  MinCut(SparseGraph graph, std::int64_t source, std::int64_t target);
  // For instance data. Throws ValueError as above.
  explicit MinCut(std::int64_t edges);

  SolverTraits traits() const;
  // Throw SolverError when source and target are the same, or not among the nodes, and for too many edges.
  void solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const;
  void solve(std::span<const real> cost, std::span<real> solution) const { solve(cost, problem_, solution); }

  // 1 for the edges of the instance.
  void mask(const Instance& instance, std::span<real> mask) const;
  Drawing drawing(const Instance& instance) const;

 private:
  struct Workspace;

  std::int64_t edges_;
  CutProblem problem_;
  WorkspacePool<Workspace> workspaces_;
};

// A largest flow and a smallest cut.
struct MaxFlowResult {
  double value = 0;
  std::vector<double> flow = {};       // [edges]; of an undirected edge negative when it goes from its second end
  std::vector<char> source_side = {};  // [nodes]: 1 on the source's side of the smallest cut
};

// The largest flow from source to target, in double, for capacities [edges] ≥ 0. Throws ShapeError when there is not
// one capacity for each edge, ValueError for one that is negative or not finite, and for a source or target that MinCut
// would refuse. For the flow's value to be finite the sum of all capacities must be. Method: incremental breadth-first
// search (cut_search.h).
MaxFlowResult solve_max_flow(const CutProblem& problem, std::span<const double> capacity);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
