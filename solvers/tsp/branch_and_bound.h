#pragma once
#include <cstdint>
#include <vector>

#include <cotape/solvers/tsp/ascent.h>
#include <cotape/solvers/tsp/clusters.h>
#include <cotape/solvers/tsp/reductions.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// The shortest tour by branch and bound. The bound is the longest of the shortest 1-trees over potentials of the
// cities; edges whose marginal cost closes the gap to the best tour are settled at every node, and the edge to branch
// on is the one that lifts the bounds of both branches most.
class BranchAndBound {
 public:
  // Makes `tour`, any tour of at least 5 cities, the shortest one; false when a limit ended the search before that was
  // proven, and `tour` is then the best one found.
  bool solve(const EdgeCosts& costs, const Limits& limits, Tour& tour);

  // Of the last call: nodes that were visited, and what no tour is shorter than.
  std::int64_t nodes() const { return nodes_; }
  double lower_bound() const { return lower_bound_; }

 private:
  struct Candidate {
    double score;
    int i, j;
  };

  void explore(std::size_t depth, double bound);
  // Settles edges until nothing more follows; false when no better tour is left in this part.
  bool tighten(std::size_t depth, double& bound);
  // Picks an edge to branch on; `settled` says that an edge was decided on the way instead. False as in tighten().
  bool choose(std::size_t depth, double bound, Candidate& choice, bool& settled);
  // Leaves out an edge whose use has been searched, and all that are the same by a symmetry of costs and decisions.
  bool leave_out_alike(int i, int j);
  void find_twins(int city, std::vector<int>& twins) const;
  // The open edge that least lifts the bound among those that leave a cluster which used edges leave an odd number of
  // times; of several clusters the one where that is most. Its score is by how much; 0: there is no such cluster.
  Candidate find_odd_cut() const;
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
