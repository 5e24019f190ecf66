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
  symmetric_ = false;
}

void BranchAndBound::use_symmetry(const ProductCosts& costs) {
  symmetric_ = true;
  row_symmetry_.begin(costs, Symmetry::Side::rows);
  column_symmetry_.begin(costs, Symmetry::Side::columns);
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

void BranchAndBound::find_alike(Node& at) {
  at.alike = false;
  if (!symmetric_) return;
  const Relaxation& node = at.relaxation;
  fixed_rows_.assign(static_cast<std::size_t>(costs_->rows()), 1);
  fixed_columns_.assign(static_cast<std::size_t>(costs_->columns()), 1);
  for (std::int32_t i = 0; i < node.rows(); ++i) fixed_rows_[node.row_id(i)] = 0;
  for (std::int32_t j = 0; j < node.columns(); ++j) fixed_columns_[node.label_id(j)] = 0;
  const bool rows_alike = row_symmetry_.find(fixed_rows_, like_row_);
  at.alike = column_symmetry_.find(fixed_columns_, like_column_) || rows_alike;
}

// Branches on all places of a row, or all rows of a column; of alike ones on the one with the lowest number, to which
// the highest bound of them applies. Returns the sum of all bounds, each counted up to the cost of the best matching.
double BranchAndBound::branch_on(Node& at, std::int32_t which, bool by_column) {
  const Relaxation& node = at.relaxation;
  const double gap = cutoff_ - node.bound();
  const auto first_alike = [&](std::int32_t b) {
    if (!at.alike) return b;
    return by_column ? like_row_[node.row_id(b)] : like_column_[node.label_id(b)];
  };
  at.branches.clear();
  double sum = 0;
  for (std::int32_t b = 0; b < node.labels(); ++b) {
    const std::int32_t row = by_column ? b : which, label = by_column ? which : b;
    const Branch branch{node.rise(row, label), row, label, first_alike(b)};
    const auto known = std::find_if(at.branches.begin(), at.branches.end(),
                                    [&](const Branch& other) { return other.kind == branch.kind; });
    if (at.alike && known != at.branches.end())
      known->rise = std::max(known->rise, branch.rise);
    else
      at.branches.push_back(branch);
  }
  for (const Branch& branch : at.branches) sum += std::min(branch.rise, gap);
  return sum + gap * static_cast<double>(node.labels() - std::ssize(at.branches));
}

void BranchAndBound::choose(Node& at) {
  find_alike(at);
  double most = -1;
  std::int32_t chosen = 0;
  bool column = false;
  for (const bool by_column : {false, true}) {
    if (by_column && at.relaxation.has_nobody()) break;
    for (std::int32_t which = 0; which < at.relaxation.rows(); ++which) {
      const double sum = branch_on(at, which, by_column);
      if (sum <= most) continue;
      most = sum;
      chosen = which;
      column = by_column;
    }
  }
  branch_on(at, chosen, column);
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
  const bool symmetric = symmetric_;
  for (const Branch& branch : at.branches) {
    if (pruned(relaxation.bound() + branch.rise)) return;
    if (stopped_) return stop(relaxation.bound() + branch.rise);
    picked_[relaxation.row_id(branch.row)] = relaxation.label_id(branch.label);
    node(depth + 1).relaxation.begin(relaxation, branch.row, branch.label);
    symmetric_ = at.alike;  // with more of them fixed no others become alike
    explore(depth + 1);
    symmetric_ = symmetric;
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
