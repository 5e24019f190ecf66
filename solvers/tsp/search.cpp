#include <cotape/solvers/tsp/search.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

void Search::begin(const EdgeCosts& all_costs, const Limits& all_limits, const Tour& tour) {
  costs = &all_costs;
  limits = all_limits;
  decisions.reset(all_costs);
  tree.resize(n());
  best_length = infinity;
  offer(tour);
}

bool Search::offer_tree() {
  if (!tree.is_tour()) return false;
  tree.to_tour(found_);
  offer(found_);
  return true;
}

void Search::offer(const Tour& tour) {
  const double length = costs->length(tour);
  if (length >= best_length) return;
  best_length = length;
  best = tour;
  const double step = costs->step(), tolerance = costs->tolerance();
  cutoff = length - (step > 4 * tolerance ? step - tolerance : tolerance);
}

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
