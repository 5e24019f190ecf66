#pragma once
#include <cstdint>
#include <limits>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What a knapsack problem brings besides the items' values: what each item weighs, how much fits, and how often an item
// may be taken. It is checked and prepared once, here, so that solving it again and again costs nothing extra.
class KnapsackInstance {
 public:
  static constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();

  // Nothing yet: no capacity, which no knapsack accepts.
  KnapsackInstance() = default;
  // `weights` [items] ≥ 0; `copies` [items] ≥ 0: how often an item may be taken (`unlimited`: as often as it fits), or
  // none: each at most once. Weights may be real: a sum that exceeds the capacity by no more than 1e-12 of it fits, so
  // that 0.1 + 0.2 fits into 0.3. Sums of whole weights have no such margin.
  // Throws ValueError for numbers that are negative (a capacity may be) or not finite, and sizes that do not match.
  KnapsackInstance(std::vector<double> weights, double capacity, std::vector<std::int64_t> copies = {});
  // Several capacities, none of which may be exceeded: `weights` [capacities, items], row by row.
  KnapsackInstance(std::vector<double> weights, std::vector<double> capacities, std::vector<std::int64_t> copies = {});

  std::int64_t items() const { return static_cast<std::int64_t>(max_copies_.size()); }
  std::int64_t constraints() const { return static_cast<std::int64_t>(capacities_.size()); }
  // As given, but for the margin.
  double weight(std::int64_t constraint, std::int64_t item) const {
    return weights_[static_cast<std::size_t>(constraint * items() + item)];
  }
  double capacity(std::int64_t constraint) const { return capacities_[static_cast<std::size_t>(constraint)]; }
  // How often the item can be taken when nothing else is: 0 when it does not fit.
  std::int64_t max_copies(std::int64_t item) const { return max_copies_[static_cast<std::size_t>(item)]; }

  // Whether there is one constraint, of whole weights that are small enough to count; the weights and the capacity are
  // then these, all divided by what divides all weights.
  bool counts() const { return counts_; }
  std::int64_t whole_weight(std::int64_t item) const { return whole_weights_[static_cast<std::size_t>(item)]; }
  std::int64_t whole_capacity() const { return whole_capacity_; }

 private:
  void limit_copies();
  void find_whole_weights();

  std::vector<double> weights_, capacities_;
  std::vector<std::int64_t> max_copies_, whole_weights_;
  std::int64_t whole_capacity_ = 0;
  bool counts_ = false;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
