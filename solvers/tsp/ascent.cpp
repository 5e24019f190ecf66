#include <cotape/solvers/tsp/ascent.h>

#include <algorithm>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {
namespace {

constexpr double step_decay = 0.9;
constexpr int max_top_rounds = 40;                     // of ascents before the first branching
constexpr double longest_step = 6, shortest_step = 1;  // of these rounds, as a Pace has it
constexpr double min_progress = 0.02;  // of the gap that a round must close for another one with the same step
constexpr int max_sweeps = 10;         // over the subtrees where they do
constexpr double min_sweep = 0.1;      // of the gap that a sweep must close for another one
constexpr int max_lifts = 20;          // trees to lift some cities
constexpr double min_lift = 1e-3;      // of the gap, for another one

}  // namespace

void Ascent::resize(int n) {
  n_ = n;
  trial_.assign(padded(n), infinity);
  direction_.assign(padded(n), 0);
  parents_.assign(static_cast<std::size_t>(n), 0);
  subtree_.reserve(static_cast<std::size_t>(n));
}

// Held and Karp: the potential of a city with more than two edges in the tree rises, that of a city with one falls.
double Ascent::climb(Search& search, double* best, const Pace& pace) {
  double bound = -infinity, share = pace.step;
  std::copy_n(best, n_, trial_.data());
  std::fill_n(direction_.data(), n_, 0);
  int stale = 0;
  for (int iteration = 0;; ++iteration) {
    const double length = search.build_tree(trial_.data());
    if (length == infinity) return infinity;
    if (length > bound) {
      bound = length;
      std::copy_n(trial_.data(), n_, best);
      stale = 0;
    } else if (++stale == pace.patience) {
      share *= step_decay;
      stale = 0;
    }
    if (search.offer_tree()) return infinity;
    if (search.pruned(bound) || iteration == pace.iterations || search.expired()) return bound;

    double squares = 0;
    for (int i = 0; i < n_; ++i) {
      const auto excess = static_cast<double>(search.tree.degrees()[i] - 2);
      direction_[i] = (1 - pace.smoothing) * excess + pace.smoothing * direction_[i];
      squares += excess * excess;
    }
    const double step = share * (search.best_length - length) / squares;
    for (int i = 0; i < n_; ++i) trial_[i] += step * direction_[i];
  }
}

Ascent::Lifted Ascent::lifted(Search& search, std::span<const int> cities, const double* potentials, double shift) {
  std::copy_n(potentials, n_, trial_.data());
  for (const int city : cities) trial_[city] += shift;
  Lifted at = {shift, search.build_tree(trial_.data()), 0};
  for (const int city : cities) at.slope += static_cast<double>(search.tree.degrees()[city] - 2);
  return at;
}

// As a function of the shift the bound is concave and piecewise linear, so it lies below all its tangents. The next
// shift is where a rising and a falling tangent meet or, while only one side is known, where the tangent reaches the
// length of the best tour, which no bound exceeds.
double Ascent::lift(Search& search, std::span<const int> cities, double* potentials) {
  Lifted rising = lifted(search, cities, potentials, 0), falling = rising, best = rising;
  const double start = best.bound, forward = best.slope;
  for (int step = 0; step < max_lifts && best.slope != 0; ++step) {
    const bool between = falling.slope * forward < 0;
    const double highest_slope = rising.slope - (between ? falling.slope : 0);
    const double missing = between ? falling.bound - rising.bound + falling.slope * (rising.shift - falling.shift)
                                   : search.best_length - rising.bound;
    const double shift = rising.shift + missing / highest_slope;
    if (std::abs(rising.slope * (shift - rising.shift)) <= min_lift * (search.cutoff - start)) break;
    const Lifted next = lifted(search, cities, potentials, shift);
    if (search.offer_tree()) return infinity;
    if (next.bound > best.bound) best = next;
    (next.slope * forward > 0 ? rising : falling) = next;
    if (next.slope == 0) break;
  }
  for (const int city : cities) potentials[city] += best.shift;
  return best.bound;
}

double Ascent::lift_subtrees(Search& search, double* potentials, double bound) {
  search.build_tree(potentials);
  order_ = search.tree.order();
  for (const int city : order_) parents_[static_cast<std::size_t>(city)] = search.tree.parent(city);
  for (std::size_t top = 1; top < order_.size() && !search.pruned(bound) && !search.expired(); ++top) {
    subtree_.assign(1, order_[top]);
    below_.assign(static_cast<std::size_t>(n_), false);
    below_[static_cast<std::size_t>(order_[top])] = true;
    for (std::size_t k = top + 1; k < order_.size(); ++k) {
      const auto city = static_cast<std::size_t>(order_[k]);
      below_[city] = below_[static_cast<std::size_t>(parents_[city])];
      if (below_[city]) subtree_.push_back(order_[k]);
    }
    bound = std::max(bound, lift(search, subtree_, potentials));
  }
  return bound;
}

// The potentials of a cluster far from the other cities must all change by much, but each tree of an ascent gives the
// cluster only one or two excess degrees, so that it takes many steps. Moving the cluster together takes a few: it is
// one side of an edge of the tree.
double Ascent::climb_to_top(Search& search, double* potentials) {
  double bound = climb_in_rounds(search, potentials);
  for (int sweep = 0; sweep < max_sweeps && !search.pruned(bound); ++sweep) {
    const double before = bound;
    bound = lift_subtrees(search, potentials, bound);
    if (search.pruned(bound) || search.expired() || bound - before < min_sweep * (search.cutoff - before)) break;
    bound = std::max(bound, climb_in_rounds(search, potentials));
  }
  return bound;
}

// Ascents with long steps first; shorter ones when an ascent closes too little of the gap.
double Ascent::climb_in_rounds(Search& search, double* potentials) {
  double bound = -infinity, step = longest_step;
  for (int round = 0; round < max_top_rounds && step >= shortest_step; ++round) {
    const double before = bound;
    bound = std::max(bound, climb(search, potentials, {50 + 2 * n_, step, 0.85, 3}));
    if (search.pruned(bound) || search.expired()) break;
    if (round > 0 && bound - before < min_progress * (search.cutoff - bound)) step /= 4;
  }
  return bound;
}

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
