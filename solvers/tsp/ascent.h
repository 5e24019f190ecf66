#pragma once
#include <span>
#include <vector>

#include <cotape/solvers/tsp/search.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// Potentials of the cities that make the shortest 1-tree long: subgradient ascent (M. Held, R. M. Karp 1970, 1971;
// smoothed directions as in T. Volgenant, R. Jonker 1982), and where that gets nowhere, as among clusters far apart,
// line searches along the cities on one side of an edge of the tree.
//
// Both functions improve `potentials`, infinite behind the last city, and return the bound they give; infinity when
// this part has been searched, by a tree that is a tour or because no tree is left. They end where the search is pruned
// or its time is up.
class Ascent {
 public:
  // It starts with `step` times the step that would close the gap if the tree's excess degrees were all in its way, and
  // shortens it after `patience` trees that were not longer.
  struct Pace {
    int iterations;
    double step;
    double smoothing;  // share of the earlier directions
    int patience;
  };

  void resize(int n);

  double climb(Search& search, double* potentials, const Pace& pace);
  // As high as it pays before any branching.
  double climb_to_top(Search& search, double* potentials);

 private:
  // The bound with some cities' potentials moved by `shift`, and how it changes there.
  struct Lifted {
    double shift, bound, slope;
  };

  double climb_in_rounds(Search& search, double* potentials);
  // Moves the potentials of the cities below each edge of the tree together.
  double lift_subtrees(Search& search, double* potentials, double bound);
  double lift(Search& search, std::span<const int> cities, double* potentials);
  Lifted lifted(Search& search, std::span<const int> cities, const double* potentials, double shift);

  int n_ = 0;
  LaneArray<double> trial_, direction_;
  std::vector<int> order_, parents_, subtree_;  // of the tree whose subtrees are lifted
  std::vector<bool> below_;                     // whether a city is in the subtree
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
