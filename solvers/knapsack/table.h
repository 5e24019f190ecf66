#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <cotape/solvers/kit/lane_array.h>
#include <cotape/solvers/knapsack/items.h>
#include <cotape/solvers/knapsack/knapsack_instance.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace knapsack {

// Dynamic programming over capacities, for whole weights (R. Bellman, "Dynamic Programming", 1957): the best value of
// the first items for every capacity at once, eight capacities a step. An item of m copies is replaced by items of 1,
// 2, 4, … and the rest of them, which together make every number up to m. Time and memory: packages · capacity / 8.
class Table {
 public:
  // Whether the table is small enough for this instance: 64 MiB.
  bool fits(std::span<const Item> items, const KnapsackInstance& instance);
  // Sets solution[item.index] for the items of the best set. Wants fits() to have been asked first.
  void solve(std::span<const Item> items, const KnapsackInstance& instance, std::span<real> solution);

 private:
  // Some copies of an item, which are taken together or not at all.
  struct Package {
    double value;
    std::int64_t weight;
    std::int64_t rest;  // the weight of all packages behind it
    std::int64_t copies;
    std::int64_t index;
  };

  std::vector<Package> packages_;
  LaneArray<double> best_;         // [capacity + 1] behind a few places that cannot be reached
  LaneArray<std::int64_t> taken_;  // [packages / 64, capacity + 1]: one bit for each package
};

}  // namespace knapsack
}  // namespace COTAPE_PRECISION
}  // namespace cotape
