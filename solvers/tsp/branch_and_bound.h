#pragma once
#include <chrono>
#include <cstdint>
#include <vector>

#include <cotape/solvers/tsp/clusters.h>
#include <cotape/solvers/tsp/reductions.h>

namespace cotape::inline COTAPE_PRECISION::tsp {

// The shortest tour by branch and bound. The bound is the longest of the shortest 1-trees over potentials of the
// cities, found by subgradient ascent (M. Held, R. M. Karp 1970, 1971; smoothed directions as in T. Volgenant, R.
// Jonker 1982), and where that gets nowhere, as among clusters far apart, by line searches along the cities on one side
// of an edge of the tree; edges whose marginal cost closes the gap to the best tour are settled at every node, and the
// edge to branch on is the one that lifts the bounds of both branches most.
class BranchAndBound {
 public:
  using Clock = std::chrono::steady_clock;
  struct Limits {
    std::int64_t nodes = std::numeric_limits<std::int64_t>::max();
    Clock::time_point deadline = Clock::time_point::max();
  };

  // Makes `tour`, any tour of at least 5 cities, the shortest one; false when a limit ended the search before that was
  // proven, and `tour` is then the best one found.
  bool solve(const EdgeCosts& costs, const Limits& limits, Tour& tour);

  // Of the last call: nodes that were visited, and what no tour is shorter than.
  std::int64_t nodes() const { return nodes_; }
  double lower_bound() const { return lower_bound_; }

 private:
  // How an ascent goes: it starts with `step` times the step that would close the gap if the tree's excess degrees were
  // all in its way, and shortens it after `patience` trees that were not longer.
  struct Pace {
    int iterations;
    double step;
    double smoothing;  // share of the earlier directions
    int patience;
  };
  // The bound with some cities' potentials moved by `shift`, and how it changes there.
  struct Lifted {
    double shift, bound, slope;
  };
  struct Candidate {
    double score;
    int i, j;
  };

  void explore(std::size_t depth, double bound);
  double ascend_at_top();
  double ascend(double* potentials, const Pace& pace);
  double ascend_in_rounds();
  // Moves the potentials of some cities together, as far as it lifts the bound; like ascend().
  double lift(std::span<const int> cities, double* potentials);
  Lifted lifted(std::span<const int> cities, const double* potentials, double shift);
  // The same for the cities below each edge of the tree.
  double lift_subtrees(double* potentials, double bound);
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
  void offer_tour();
  double* potentials(std::size_t depth);
  bool pruned(double bound) const { return bound >= cutoff_; }
  bool expired() const { return limits_.deadline != Clock::time_point::max() && Clock::now() >= limits_.deadline; }

  const EdgeCosts* costs_ = nullptr;
  int n_ = 0;
  Limits limits_;
  Decisions decisions_;
  OneTree tree_;
  Reductions reductions_;
  Clusters clusters_;
  std::vector<LaneArray<double>> potentials_;  // the best of each level; infinite behind the last city
  LaneArray<double> trial_, direction_;
  std::vector<int> order_, parents_, subtree_;  // of the tree whose subtrees are lifted
  std::vector<bool> below_;                     // whether a city is in the subtree
  std::vector<Candidate> candidates_;
  std::vector<int> twins_[2];
  Tour best_, found_;
  double best_length_ = 0;
  double cutoff_ = 0;  // a bound that reaches this proves that there is no better tour
  double lower_bound_ = 0;
  std::int64_t nodes_ = 0;
  bool stopped_ = false;
};

}  // namespace cotape::inline COTAPE_PRECISION::tsp
