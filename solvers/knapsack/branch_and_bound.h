#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <cotape/solvers/knapsack/items.h>
#include <cotape/solvers/knapsack/knapsack_instance.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace knapsack {

// Depth-first branch and bound for weights of any kind and any number of constraints (E. Horowitz, S. Sahni,
// "Computing partitions with applications to the knapsack problem", 1974). Several constraints are joined into one,
// their weighted sum, the surrogate; its weights come close to those that make the bound smallest. Items are ordered by
// value per weight, and the bound of what is left fills up in that order and cuts the last item (G. Dantzig, 1957).
class BranchAndBound {
 public:
  // Sets solution[item.index] for the items of the best set. Throws SolverError when it visits more than `max_nodes`.
  void solve(std::span<const Item> items, const KnapsackInstance& instance, std::int64_t max_nodes,
             std::span<real> solution);

 private:
  struct Choice {
    double value;   // in a unit of the largest
    double weight;  // in the surrogate, whose capacity is about 1
    std::int64_t copies;
    std::size_t item;  // among those given
  };

  void load(std::span<const Item> items, const KnapsackInstance& instance);
  void find_multipliers();
  // Sorts the choices by value per surrogate weight under the multipliers and sums them up. Returns the bound of all.
  double order();
  // The largest value that the choices from `first` on could add.
  double bound(std::size_t first, double left) const;
  // How many of choice i fit when those before it have been taken.
  std::int64_t fitting(std::size_t i) const;
  // Takes `count` of choice i.
  void take(std::size_t i, std::int64_t count);
  void search(std::int64_t max_nodes);

  double weight(std::size_t constraint, std::size_t item) const { return weights_[item * constraints_ + constraint]; }

  std::size_t constraints_ = 0;
  std::vector<double> weights_;                                // [items, constraints], in units of the capacities
  std::vector<double> multipliers_, best_multipliers_, used_;  // [constraints]
  std::vector<Choice> choices_;
  std::vector<double> value_before_, weight_before_;  // [items + 1]: of all copies of the choices before one
  // The state of the search: what the choices before one are worth and leave of the capacities and of the surrogate's.
  std::vector<double> value_, left_, surrogate_left_;  // [items + 1], [items + 1, constraints], [items + 1]
  std::vector<std::int64_t> count_, best_count_;       // [items]
};

}  // namespace knapsack
}  // namespace COTAPE_PRECISION
}  // namespace cotape
