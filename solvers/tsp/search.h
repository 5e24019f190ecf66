#pragma once
#include <cotape/solvers/tsp/decisions.h>
#include <cotape/solvers/tsp/limits.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// What bounding and branching share: the decisions, the shortest 1-tree under them, and the best tour so far.
struct Search {
  const EdgeCosts* costs = nullptr;
  Limits limits;
  Decisions decisions;
  OneTree tree;
  Tour best;
  double best_length = 0;
  double cutoff = 0;  // a bound that reaches this proves that there is no better tour

  // Nothing is decided. `costs` must outlive the search.
  void begin(const EdgeCosts& all_costs, const Limits& all_limits, const Tour& tour);

  int n() const { return costs->n(); }
  bool pruned(double bound) const { return bound >= cutoff; }
  bool expired() const { return limits.expired(); }

  // Builds the shortest 1-tree under the present decisions and returns its bound; infinity when there is none.
  double build_tree(const double* potentials) { return tree.build(*costs, decisions.weights(), potentials); }
  // Whether the tree is a tour. Then no shorter one is left under the present decisions, and it has been offered.
  bool offer_tree();
  // Makes the tour the best one if it is shorter.
  void offer(const Tour& tour);

 private:
  Tour found_;
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
