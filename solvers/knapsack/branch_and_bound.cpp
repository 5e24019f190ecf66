#include <cotape/engine/base/error.h>
#include <cotape/solvers/knapsack/branch_and_bound.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace knapsack {
namespace {

constexpr double tolerance = 1e-12;  // of the bound: what rounding may do to it
constexpr int rounds = 40;           // to find multipliers

}  // namespace

void BranchAndBound::solve(std::span<const Item> items, const KnapsackInstance& instance, std::int64_t max_nodes,
                           std::span<real> solution) {
  load(items, instance);
  find_multipliers();
  search(max_nodes);
  for (std::size_t i = 0; i < choices_.size(); ++i)
    solution[items[choices_[i].item].index] = static_cast<real>(best_count_[i]);
}

// Values in units of the largest and weights in units of the capacities: nothing overflows, whatever the scale.
void BranchAndBound::load(std::span<const Item> items, const KnapsackInstance& instance) {
  constraints_ = static_cast<std::size_t>(instance.constraints());
  double largest = 0;
  for (const Item& item : items) largest = std::max(largest, item.value);
  weights_.resize(items.size() * constraints_);
  choices_.clear();
  for (std::size_t i = 0; i < items.size(); ++i) {
    choices_.push_back({items[i].value / largest, 0, items[i].copies, i});
    for (std::size_t k = 0; k < constraints_; ++k) {
      const double w = instance.weight(static_cast<std::int64_t>(k), items[i].index);
      weights_[i * constraints_ + k] = w > 0 ? w : 0;
    }
  }
  const std::size_t n = items.size();
  for (std::vector<double>* sums : {&value_before_, &weight_before_, &value_, &surrogate_left_}) sums->resize(n + 1);
  left_.resize((n + 1) * constraints_);
  for (std::size_t k = 0; k < constraints_; ++k) left_[k] = instance.capacity(static_cast<std::int64_t>(k));
  count_.resize(n);
  best_count_.assign(n, 0);
}

// Multiplicative updates: a constraint that the relaxed solution exceeds weighs more in the next round.
void BranchAndBound::find_multipliers() {
  multipliers_.assign(constraints_, 1);
  best_multipliers_ = multipliers_;
  if (constraints_ > 1) {
    double least = order();
    for (int round = 1; round <= rounds; ++round) {
      used_.assign(constraints_, 0);
      double left = surrogate_left_[0];
      for (const Choice& choice : choices_) {
        const double all = choice.weight * static_cast<double>(choice.copies);
        const double part = static_cast<double>(choice.copies) * (all > left ? left / all : 1);
        for (std::size_t k = 0; k < constraints_; ++k)
          if (left_[k] > 0) used_[k] += part * (weight(k, choice.item) / left_[k]);
        if (all >= left) break;
        left -= all;
      }
      for (std::size_t k = 0; k < constraints_; ++k)
        multipliers_[k] *= std::exp(std::clamp(used_[k] - 1, -1.0, 1.0) / std::sqrt(round));
      if (const double found = order(); found < least) {
        least = found;
        best_multipliers_ = multipliers_;
      }
    }
    multipliers_ = best_multipliers_;
  }
  order();
}

double BranchAndBound::order() {
  surrogate_left_[0] = 0;
  for (std::size_t k = 0; k < constraints_; ++k)
    if (left_[k] > 0) surrogate_left_[0] += multipliers_[k];
  for (Choice& choice : choices_) {
    choice.weight = 0;
    for (std::size_t k = 0; k < constraints_; ++k)
      if (left_[k] > 0) choice.weight += multipliers_[k] * (weight(k, choice.item) / left_[k]);
  }
  std::sort(choices_.begin(), choices_.end(), [](const Choice& a, const Choice& b) {
    const double x = a.value / a.weight, y = b.value / b.weight;
    return x != y ? x > y : a.item < b.item;
  });
  for (std::size_t i = 0; i < choices_.size(); ++i) {
    const auto copies = static_cast<double>(choices_[i].copies);
    value_before_[i + 1] = value_before_[i] + copies * choices_[i].value;
    weight_before_[i + 1] = weight_before_[i] + copies * choices_[i].weight;
  }
  return bound(0, surrogate_left_[0]);
}

double BranchAndBound::bound(std::size_t first, double left) const {
  const double reach = weight_before_[first] + left;
  const auto beyond =
      std::upper_bound(weight_before_.begin() + static_cast<std::ptrdiff_t>(first) + 1, weight_before_.end(), reach);
  const auto cut = static_cast<std::size_t>(beyond - weight_before_.begin()) - 1;
  double value = value_before_[cut] - value_before_[first];
  if (cut < choices_.size()) value += (reach - weight_before_[cut]) / choices_[cut].weight * choices_[cut].value;
  return value;
}

std::int64_t BranchAndBound::fitting(std::size_t i) const {
  auto copies = static_cast<double>(choices_[i].copies);
  for (std::size_t k = 0; k < constraints_; ++k)
    if (const double w = weight(k, choices_[i].item), left = left_[i * constraints_ + k]; w * copies > left)
      copies = std::floor(left / w);
  return static_cast<std::int64_t>(copies);
}

void BranchAndBound::take(std::size_t i, std::int64_t count) {
  const auto copies = static_cast<double>(count);
  count_[i] = count;
  value_[i + 1] = value_[i] + copies * choices_[i].value;
  surrogate_left_[i + 1] = surrogate_left_[i] - copies * choices_[i].weight;
  for (std::size_t k = 0; k < constraints_; ++k)
    left_[(i + 1) * constraints_ + k] =
        std::max(0.0, left_[i * constraints_ + k] - copies * weight(k, choices_[i].item));
}

void BranchAndBound::search(std::int64_t max_nodes) {
  const std::size_t n = choices_.size();
  const double slack = tolerance * bound(0, surrogate_left_[0]);
  double best = 0;
  std::int64_t nodes = 0;
  bool changed = false;  // whether the bound may differ from the one before
  for (std::size_t i = 0;;) {
    bool promising = true;
    for (; i < n; ++i) {
      if (changed && value_[i] + bound(i, surrogate_left_[i]) <= best + slack) {
        promising = false;
        break;
      }
      take(i, fitting(i));
      changed = count_[i] < choices_[i].copies;
    }
    if (promising && value_[n] > best) {
      best = value_[n];
      best_count_ = count_;
    }
    // Fewer of the choice before i would not be better: its place is filled by choices that are worth less per weight.
    if (i > 0) --i;
    while (i > 0 && count_[i - 1] == 0) --i;
    if (i == 0) return;
    if (++nodes > max_nodes)
      fail<SolverError>("the limit of ", max_nodes, " nodes is reached before the best set is proven");
    take(i - 1, count_[i - 1] - 1);
    changed = true;
  }
}

}  // namespace knapsack
}  // namespace COTAPE_PRECISION
}  // namespace cotape
