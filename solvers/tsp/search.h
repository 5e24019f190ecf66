#pragma once
#include <chrono>
#include <cstdint>
#include <limits>

#include <cotape/solvers/tsp/decisions.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

using Clock = std::chrono::steady_clock;

// What ends a search before it is done.
struct Limits {
  std::int64_t nodes = std::numeric_limits<std::int64_t>::max();
  Clock::time_point deadline = Clock::time_point::max();
};

// What bounding and branching share: the decisions that say which tours are left, the shortest 1-tree among them, and
// the best tour so far.
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
  bool expired() const { return limits.deadline != Clock::time_point::max() && Clock::now() >= limits.deadline; }

  // The bound that the shortest 1-tree gives; infinity when none is left.
  double build_tree(const double* potentials) { return tree.build(*costs, decisions.weights(), potentials); }
  // Whether the tree is a tour, so that no other one that is left is shorter; it is offered then.
  bool offer_tree();
  // Takes a tour that is shorter than the best one.
  void offer(const Tour& tour);

 private:
  Tour found_;
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
