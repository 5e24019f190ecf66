#include <cotape/solvers/tsp/branch_and_bound.h>

#include <algorithm>
#include <cmath>

namespace cotape::inline COTAPE_PRECISION::tsp {
namespace {

constexpr double step_decay = 0.9;
constexpr int most_top_rounds = 40;                    // of ascents before the first branching
constexpr double longest_step = 6, shortest_step = 1;  // of these rounds, as a Pace has it
constexpr double least_progress = 0.02;  // of the gap that a round must close for another one with the same step
constexpr int most_sweeps = 10;          // over the subtrees where they do
constexpr double least_sweep = 0.1;      // of the gap that a sweep must close for another one
constexpr int most_lifts = 20;           // trees to lift some cities
constexpr double least_lift = 1e-3;      // of the gap, for another one
constexpr int most_ascents_a_node = 3;   // while edges are settled in between
constexpr double least_odd = 0.5;        // of the gap that an edge out of an odd cluster must close to be branched on
constexpr std::size_t most_probes = 8;   // edges whose two branches are looked into
constexpr std::size_t fruitless_probes = 4;  // in a row, after which no more are made
constexpr double least_gain = 1e-3;          // of the gap: what a branch that gains nothing counts for

}  // namespace

bool BranchAndBound::solve(const EdgeCosts& costs, const Limits& limits, Tour& tour) {
  costs_ = &costs;
  n_ = costs.n();
  limits_ = limits;
  nodes_ = 0;
  stopped_ = false;
  decisions_.reset(costs);
  tree_.resize(n_);
  reductions_.resize(n_);
  trial_.assign(padded(n_), infinity);
  direction_.assign(padded(n_), 0);
  candidates_.reserve(static_cast<std::size_t>(n_));
  parents_.assign(static_cast<std::size_t>(n_), 0);
  subtree_.reserve(static_cast<std::size_t>(n_));
  for (std::vector<int>& twins : twins_) twins.reserve(static_cast<std::size_t>(n_));
  best_length_ = infinity;
  lower_bound_ = infinity;
  found_ = tour;
  offer_tour();
  std::fill_n(potentials(0), n_, 0);
  explore(0, -infinity);
  lower_bound_ = std::min(lower_bound_, best_length_);
  tour = best_;
  return !stopped_;
}

double* BranchAndBound::potentials(std::size_t depth) {
  while (depth >= potentials_.size()) potentials_.emplace_back();
  LaneArray<double>& level = potentials_[depth];
  level.resize(padded(n_));
  for (int i = n_; i < padded(n_); ++i) level[i] = infinity;
  return level.data();
}

void BranchAndBound::offer_tour() {
  const double length = costs_->length(found_);
  if (length >= best_length_) return;
  best_length_ = length;
  best_ = found_;
  const double step = costs_->step(), tolerance = costs_->tolerance();
  cutoff_ = length - (step > 4 * tolerance ? step - tolerance : tolerance);
}

// Held and Karp: cities with too many edges become dearer, those with too few cheaper. Leaves the best potentials where
// it began. Infinity: this part has been searched, by a tree that is a tour or because no tree is left.
double BranchAndBound::ascend(double* best, const Pace& pace) {
  double bound = -infinity, share = pace.step;
  std::copy_n(best, n_, trial_.data());
  std::fill_n(direction_.data(), n_, 0);
  int stale = 0;
  for (int iteration = 0;; ++iteration) {
    const double length = tree_.build(*costs_, decisions_.weights(), trial_.data());
    if (length == infinity) return infinity;
    if (length > bound) {
      bound = length;
      std::copy_n(trial_.data(), n_, best);
      stale = 0;
    } else if (++stale == pace.patience) {
      share *= step_decay;
      stale = 0;
    }
    if (tree_.is_tour()) {
      tree_.to_tour(found_);
      offer_tour();
      return infinity;
    }
    if (pruned(bound) || iteration == pace.iterations || expired()) return bound;

    double squares = 0;
    for (int i = 0; i < n_; ++i) {
      const auto excess = static_cast<double>(tree_.degrees()[i] - 2);
      direction_[i] = (1 - pace.smoothing) * excess + pace.smoothing * direction_[i];
      squares += excess * excess;
    }
    const double step = share * (best_length_ - length) / squares;
    for (int i = 0; i < n_; ++i) trial_[i] += step * direction_[i];
  }
}

BranchAndBound::Lifted BranchAndBound::lifted(std::span<const int> cities, const double* potentials, double shift) {
  std::copy_n(potentials, n_, trial_.data());
  for (const int city : cities) trial_[city] += shift;
  Lifted at = {shift, tree_.build(*costs_, decisions_.weights(), trial_.data()), 0};
  for (const int city : cities) at.slope += static_cast<double>(tree_.degrees()[city] - 2);
  return at;
}

// Along the shift the bound is concave and made of straight pieces: where a rising and a falling one would meet it is
// not higher than there. Nor is it ever higher than the best tour.
double BranchAndBound::lift(std::span<const int> cities, double* potentials) {
  Lifted rising = lifted(cities, potentials, 0), falling = rising, best = rising;
  const double start = best.bound, forward = best.slope;
  for (int step = 0; step < most_lifts && best.slope != 0; ++step) {
    const bool between = falling.slope * forward < 0;
    const double highest_slope = rising.slope - (between ? falling.slope : 0);
    const double missing = between ? falling.bound - rising.bound + falling.slope * (rising.shift - falling.shift)
                                   : best_length_ - rising.bound;
    const double shift = rising.shift + missing / highest_slope;
    if (std::abs(rising.slope * (shift - rising.shift)) <= least_lift * (cutoff_ - start)) break;
    const Lifted next = lifted(cities, potentials, shift);
    if (tree_.is_tour()) {
      tree_.to_tour(found_);
      offer_tour();
      return infinity;
    }
    if (next.bound > best.bound) best = next;
    (next.slope * forward > 0 ? rising : falling) = next;
    if (next.slope == 0) break;
  }
  for (const int city : cities) potentials[city] += best.shift;
  return best.bound;
}

double BranchAndBound::lift_subtrees(double* potentials, double bound) {
  tree_.build(*costs_, decisions_.weights(), potentials);
  order_ = tree_.order();
  for (const int city : order_) parents_[static_cast<std::size_t>(city)] = tree_.parent(city);
  for (std::size_t top = 1; top < order_.size() && !pruned(bound) && !expired(); ++top) {
    subtree_.assign(1, order_[top]);
    below_.assign(static_cast<std::size_t>(n_), false);
    below_[static_cast<std::size_t>(order_[top])] = true;
    for (std::size_t k = top + 1; k < order_.size(); ++k) {
      const auto city = static_cast<std::size_t>(order_[k]);
      below_[city] = below_[static_cast<std::size_t>(parents_[city])];
      if (below_[city]) subtree_.push_back(order_[k]);
    }
    bound = std::max(bound, lift(subtree_, potentials));
  }
  return bound;
}

// Cities in a cluster that lies far from the others have potentials that must go far together, and a tree tells it of
// one of them at a time. The edge between them and the others is in the tree.
double BranchAndBound::ascend_at_top() {
  double bound = ascend_in_rounds();
  for (int sweep = 0; sweep < most_sweeps && !pruned(bound); ++sweep) {
    const double before = bound;
    bound = lift_subtrees(potentials(0), bound);
    if (pruned(bound) || expired() || bound - before < least_sweep * (cutoff_ - before)) break;
    bound = std::max(bound, ascend_in_rounds());
  }
  return bound;
}

// Long steps first, and on as long as it pays.
double BranchAndBound::ascend_in_rounds() {
  double bound = -infinity, step = longest_step;
  for (int round = 0; round < most_top_rounds && step >= shortest_step; ++round) {
    const double before = bound;
    bound = std::max(bound, ascend(potentials(0), {50 + 2 * n_, step, 0.85, 3}));
    if (pruned(bound) || expired()) break;
    if (round > 0 && bound - before < least_progress * (cutoff_ - bound)) step /= 4;
  }
  return bound;
}

bool BranchAndBound::tighten(std::size_t depth, double& bound) {
  for (int ascents = 1;; ++ascents) {
    bound = std::max(bound, tree_.build(*costs_, decisions_.weights(), potentials(depth)));
    if (pruned(bound)) return false;
    if (tree_.is_tour()) {
      tree_.to_tour(found_);
      offer_tour();
      return false;
    }
    if (!reductions_.run(tree_, potentials(depth), bound, cutoff_, decisions_)) return false;
    if (reductions_.decided() == 0) return true;
    if (ascents < most_ascents_a_node) bound = std::max(bound, ascend(potentials(depth), {10, 1, 0.4, 5}));
    if (pruned(bound)) return false;
  }
}

// Open edges of the tree at cities that have too many; the cheaper an edge is to replace, the higher it scores.
void BranchAndBound::collect_candidates() {
  candidates_.clear();
  const auto consider = [&](int i, int j, double loss) {
    if (!decisions_.open(i, j) || (tree_.degrees()[i] <= 2 && tree_.degrees()[j] <= 2)) return;
    candidates_.push_back({-loss, i, j});
  };
  for (std::size_t k = 1; k < tree_.order().size(); ++k) {
    const int city = tree_.order()[k];
    consider(city, tree_.parent(city), reductions_.loss(city));
  }
  for (const int which : {0, 1}) consider(OneTree::root, tree_.root_end(which), reductions_.root_loss(which));
  std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
    if (a.score != b.score) return a.score > b.score;
    return a.i != b.i ? a.i < b.i : a.j < b.j;
  });
  if (candidates_.size() > most_probes) candidates_.resize(most_probes);
}

// Cities that may change places: their edges to all others have the same costs and decisions. `twins` starts with city.
void BranchAndBound::find_twins(int city, std::vector<int>& twins) const {
  twins.assign(1, city);
  const double* row = decisions_.weights().row(city);
  for (int other = 0; other < n_; ++other) {
    if (other == city) continue;
    const double* other_row = decisions_.weights().row(other);
    int k = 0;
    while (k < n_ && (row[k] == other_row[k] || k == city || k == other)) ++k;
    if (k == n_) twins.push_back(other);
  }
}

bool BranchAndBound::leave_out_alike(int i, int j) {
  find_twins(i, twins_[0]);
  find_twins(j, twins_[1]);
  for (const int a : twins_[0])
    for (const int b : twins_[1])
      if (a != b && !decisions_.leave_out(a, b)) return false;
  return true;
}

double BranchAndBound::probe(std::size_t depth, const Candidate& edge, bool use) {
  const std::size_t mark = decisions_.mark();
  double bound = infinity;
  if (use ? decisions_.use(edge.i, edge.j) : decisions_.leave_out(edge.i, edge.j)) {
    double* trial = potentials(depth + 1);
    std::copy_n(potentials(depth), n_, trial);
    bound = ascend(trial, {15, 1, 0.4, 5});
  }
  decisions_.undo(mark);
  return bound;
}

bool BranchAndBound::choose(std::size_t depth, double bound, Candidate& choice, bool& settled) {
  collect_candidates();
  settled = false;
  choice = candidates_.front();
  if (candidates_.size() == 1) return true;
  double best = -infinity;
  std::size_t fruitless = 0;
  for (const Candidate& edge : candidates_) {
    double product = 1;
    for (const bool use : {true, false}) {
      const double branch = probe(depth, edge, use);
      if (pruned(branch)) {  // only the other branch is left
        settled = true;
        return !pruned(bound) && (use ? leave_out_alike(edge.i, edge.j) : decisions_.use(edge.i, edge.j));
      }
      product *= std::max(branch - bound, least_gain * (cutoff_ - bound));
    }
    if (product > best) {
      best = product;
      choice = edge;
      fruitless = 0;
    } else if (++fruitless == fruitless_probes) {
      break;
    }
  }
  return true;
}

// Used edges inside a cluster count for two of its cities, those that leave it for one.
BranchAndBound::Candidate BranchAndBound::find_odd_cut() const {
  Candidate most = {0, 0, 0};
  for (int cluster = 0; cluster < clusters_.count(); ++cluster) {
    const std::span<const int> inside = clusters_.cities(cluster);
    int used = 0;
    for (const int i : inside) used += decisions_.used(i);
    if (used % 2 == 0 || inside.size() == 1) continue;
    Candidate least = {infinity, 0, 0};
    for (const int i : inside)
      for (int j = 0; j < n_; ++j) {
        if (!decisions_.open(i, j) || clusters_.contains(cluster, j)) continue;
        if (const double growth = reductions_.growth(tree_, i, j); growth < least.score) least = {growth, i, j};
      }
    if (least.score > most.score) most = least;
  }
  return most;
}

void BranchAndBound::explore(std::size_t depth, double bound) {
  if (depth > 0 && (nodes_ >= limits_.nodes || expired())) {
    stopped_ = true;
    lower_bound_ = std::min(lower_bound_, bound);
    return;
  }
  ++nodes_;
  bound = std::max(bound, depth == 0 ? ascend_at_top() : ascend(potentials(depth), {15, 1, 0.4, 5}));
  Candidate choice;
  for (bool settled = true; settled;) {
    if (pruned(bound) || !tighten(depth, bound)) return;
    if (depth == 0) clusters_.find(decisions_, n_);
    choice = find_odd_cut();
    if (pruned(bound + choice.score)) return;
    if (choice.score > least_odd * (cutoff_ - bound)) break;
    if (!choose(depth, bound, choice, settled)) return;
  }
  const std::size_t mark = decisions_.mark();
  for (const bool use : {true, false}) {
    std::copy_n(potentials(depth), n_, potentials(depth + 1));
    if (use ? decisions_.use(choice.i, choice.j) : leave_out_alike(choice.i, choice.j)) explore(depth + 1, bound);
    decisions_.undo(mark);
    if (stopped_ && use) lower_bound_ = std::min(lower_bound_, bound);
    if (stopped_ || pruned(bound)) return;
  }
}

}  // namespace cotape::inline COTAPE_PRECISION::tsp
