#pragma once
#include <cstdint>
#include <vector>

#include <cotape/solvers/tsp/ascent.h>
#include <cotape/solvers/tsp/clusters.h>
#include <cotape/solvers/tsp/reductions.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// The shortest tour by branch and bound. A node of the search tree stands for all tours under some decisions: edges
// that must be used, and edges that may not (decisions.h). Its bound is the length of a shortest 1-tree for good
// potentials of the cities (ascent.h). From that tree follow decisions for further edges (reductions.h). Then the
// search branches on an edge that is still open, first with and then without it; it prefers one that raises the bounds
// of both branches.
class BranchAndBound {
 public:
  // Makes `tour`, any tour of at least 5 cities, the shortest one; false when a limit ended the search before that was
  // proven, and `tour` is then the best one found.
  bool solve(const EdgeCosts& costs, const Limits& limits, Tour& tour);

  // Of the last call: the number of nodes that were visited, and a length that no tour is shorter than.
  std::int64_t nodes() const { return nodes_; }
  double lower_bound() const { return lower_bound_; }

 private:
  struct Candidate {
    double score;
    int i, j;
  };

  void explore(std::size_t depth, double bound);
  // Ends the search at a node of this bound.
  void stop(double bound);
  // Decides edges until nothing more follows from the bound, or time is up; false when no better tour is left at this
  // node.
  bool tighten(std::size_t depth, double& bound);
  // Picks an edge to branch on. `settled` becomes true when the search for one decided an edge, so that there is more
  // to tighten first. False as in tighten().
  bool choose(std::size_t depth, double bound, Candidate& choice, bool& settled);
  // Leaves out an edge, after all tours that use it have been searched, and with it all edges that costs and decisions
  // make interchangeable with it; false when no tour is left.
  bool leave_out_alike(int i, int j);
  void find_twins(int city, std::vector<int>& twins) const;
  // A tour leaves every cluster of cities an even number of times. So where the used edges leave a cluster an odd
  // number of times, an open edge must leave it too, and the bound rises at least by what the open edge that raises it
  // least does. Returns that edge, with the rise as score, for the cluster where it is largest; score 0: no such
  // cluster.
  Candidate find_odd_cut() const;
  // The bound of one branch after a short ascent.
  double probe(std::size_t depth, const Candidate& edge, bool use);
  void collect_candidates();
  double* potentials(std::size_t depth);

  int n_ = 0;
  Search search_;
  Ascent ascent_;
  Reductions reductions_;
  Clusters clusters_;
  std::vector<LaneArray<double>> potentials_;  // the best of each level; infinite behind the last city
  std::vector<Candidate> candidates_;
  std::vector<int> twins_[2];
  double lower_bound_ = 0;
  std::int64_t nodes_ = 0;
  bool stopped_ = false;
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
