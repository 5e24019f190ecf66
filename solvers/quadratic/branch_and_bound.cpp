#include <cotape/solvers/quadratic/branch_and_bound.h>

#include <algorithm>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace quadratic {
namespace {

constexpr std::int64_t max_passes = 30;       // at a node below the root
constexpr double least_gain = 0.1;            // of the gap, that a pass must close for another one to be made
constexpr double least_gain_at_root = 0.001;  // the same at the root

}  // namespace

void BranchAndBound::begin(const MatchingCosts& costs, const Limits& limits, const Places& places) {
  costs_ = &costs;
  limits_ = limits;
  nodes_ = 0;
  stopped_ = proven_ = false;
  best_cost_ = cutoff_ = infinity;
  lower_bound_ = infinity;
  picked_ = places;
  offer(places);
  node(0).relaxation.begin(costs);
}

void BranchAndBound::offer(const Places& places) {
  const double cost = costs_->cost(places);
  if (!(cost < best_cost_)) return;
  best_cost_ = cost;
  best_ = places;
  const double step = costs_->step(), tolerance = costs_->tolerance();
  cutoff_ = cost - (step > 4 * tolerance ? step - tolerance : tolerance);
}

BranchAndBound::Node& BranchAndBound::node(std::size_t depth) {
  while (depth >= tree_.size()) tree_.emplace_back();
  return tree_[depth];
}

void BranchAndBound::offer_picks(const Relaxation& node) {
  for (std::int32_t i = 0; i < node.rows(); ++i) picked_[node.row_id(i)] = node.label_id(node.pick(i));
  offer(picked_);
}

void BranchAndBound::offer_last(const Relaxation& node) {
  for (std::int32_t label = 0; label < node.labels(); ++label) {
    picked_[node.row_id(0)] = node.label_id(label);
    offer(picked_);
  }
}

bool BranchAndBound::raise(Relaxation& node, std::int64_t passes, double least) {
  for (std::int64_t k = 0; k < passes && !limits_.expired(); ++k) {
    const double before = node.bound();
    if (!node.pass(cutoff_, paths_)) return false;
    offer_picks(node);
    if (pruned(node.bound())) return false;
    if (node.bound() - before < least * (cutoff_ - node.bound())) break;
  }
  return true;
}

bool BranchAndBound::raise_root(std::int64_t passes) {
  Relaxation& root = node(0).relaxation;
  nodes_ = 1;
  proven_ = root.rows() < 2 || !raise(root, passes, least_gain_at_root);
  return proven_;
}

void BranchAndBound::stop(double bound) {
  stopped_ = true;
  lower_bound_ = std::min(lower_bound_, bound);
}

// The bounds of all branches together decide, each counted up to the cost of the best matching.
void BranchAndBound::choose(Node& at) const {
  const Relaxation& node = at.relaxation;
  const double gap = cutoff_ - node.bound();
  double most = -1;
  std::int32_t chosen = 0;
  bool column = false;
  for (const bool by_column : {false, true}) {
    if (by_column && node.has_nobody()) break;
    for (std::int32_t a = 0; a < node.rows(); ++a) {
      double sum = 0;
      for (std::int32_t b = 0; b < node.labels(); ++b)
        sum += std::min(by_column ? node.rise(b, a) : node.rise(a, b), gap);
      if (sum <= most) continue;
      most = sum;
      chosen = a;
      column = by_column;
    }
  }
  at.branches.clear();
  for (std::int32_t b = 0; b < node.labels(); ++b) {
    const std::int32_t row = column ? b : chosen, label = column ? chosen : b;
    at.branches.push_back({node.rise(row, label), row, label});
  }
  std::sort(at.branches.begin(), at.branches.end(), [](const Branch& x, const Branch& y) {
    if (x.rise != y.rise) return x.rise < y.rise;
    return x.row != y.row ? x.row < y.row : x.label < y.label;
  });
}

void BranchAndBound::explore(std::size_t depth) {
  Node& at = node(depth);
  Relaxation& relaxation = at.relaxation;
  if (depth > 0) {
    if (nodes_ >= limits_.nodes || limits_.expired()) return stop(relaxation.bound());
    ++nodes_;
    if (relaxation.rows() == 1) return offer_last(relaxation);
    if (!relaxation.solve_leaders(cutoff_, paths_)) return;
    offer_picks(relaxation);
    if (pruned(relaxation.bound())) return;
    if (!raise(relaxation, max_passes, least_gain)) return;
    if (limits_.expired()) return stop(relaxation.bound());
  }
  choose(at);
  for (const Branch& branch : at.branches) {
    if (pruned(relaxation.bound() + branch.rise)) return;
    if (stopped_) return stop(relaxation.bound() + branch.rise);
    picked_[relaxation.row_id(branch.row)] = relaxation.label_id(branch.label);
    node(depth + 1).relaxation.begin(relaxation, branch.row, branch.label);
    explore(depth + 1);
  }
}

bool BranchAndBound::run() {
  if (!proven_) explore(0);
  proven_ = !stopped_;
  return proven_;
}

double BranchAndBound::lower_bound() const {
  if (proven_) return best_cost_;
  double bound = stopped_ ? lower_bound_ : tree_.front().relaxation.bound();
  const double step = costs_->step(), tolerance = costs_->tolerance();
  if (step > 4 * tolerance) bound = std::ceil((bound - tolerance) / step) * step;
  return std::min(best_cost_, bound);
}

}  // namespace quadratic
}  // namespace COTAPE_PRECISION
}  // namespace cotape
