#pragma once
#include <span>
#include <vector>

#include <cotape/solvers/tsp/search.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// Looks for potentials of the cities (one_tree.h) that make the shortest 1-tree as long as possible: its length is the
// bound that the search needs. By subgradient ascent (M. Held, R. M. Karp 1970, 1971), with smoothed directions (T.
// Volgenant, R. Jonker 1982). That stalls where clusters of cities lie far apart; line searches then move the
// potentials of all cities on one side of an edge of the tree together.
//
// Both public functions change `potentials` [padded(n)], which are infinite behind the last city, into better ones and
// return the bound that these give. They return infinity when nothing is left to search under the present decisions:
// the shortest 1-tree is a tour, which has then been offered to the search, or there is no 1-tree. They end early when
// the bound reaches the search's cutoff or its time is up.
class Ascent {
 public:
  // How long and in what steps one ascent goes.
  struct Pace {
    int iterations;    // trees to build, at most
    double step;       // the first step, as a multiple of gap / (norm of the tree's excess degrees)²
    double smoothing;  // share of the direction before in the next one, 0 … 1
    int patience;      // trees in a row that are not longer, after which steps become shorter
  };

  void resize(int n);

  double climb(Search& search, double* potentials, const Pace& pace);
  // For the root of the search tree: many ascents, and line searches, as long as they pay.
  double climb_to_top(Search& search, double* potentials);

 private:
  // The bound when some cities' potentials are moved by `shift`, and its slope there.
  struct Lifted {
    double shift, bound, slope;
  };

  double climb_in_rounds(Search& search, double* potentials);
  // For each edge of the tree, a line search that moves the potentials of all cities below it together.
  double lift_subtrees(Search& search, double* potentials, double bound);
  double lift(Search& search, std::span<const int> cities, double* potentials);
  Lifted lifted(Search& search, std::span<const int> cities, const double* potentials, double shift);

  int n_ = 0;
  LaneArray<double> trial_, direction_;
  std::vector<int> order_, parents_;  // of the tree that lift_subtrees() goes through
  std::vector<int> subtree_;          // the cities below an edge of it
  std::vector<bool> below_;           // the same: whether a city is among them
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
