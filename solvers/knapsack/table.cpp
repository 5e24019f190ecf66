#include <cotape/engine/kernels/lanes.h>
#include <cotape/solvers/knapsack/table.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace knapsack {
namespace {

constexpr std::int64_t lanes = lane_count_of<double>;
constexpr std::int64_t packages_per_word = 64;
constexpr std::int64_t max_bits = std::int64_t{1} << 29;

// Offers one package to all capacities from `low` to `high`, from the last to the first, so that what is read has not
// met the package yet. `taken` gets the bit where it makes the value larger.
void offer(double* best, std::int64_t* taken, std::int64_t weight, double value, std::int64_t bit, std::int64_t low,
           std::int64_t high) {
  for (std::int64_t c = high / lanes * lanes; c >= low / lanes * lanes; c -= lanes) {
    LanesOf<double> with;
    std::memcpy(&with, best + c - weight, sizeof with);
    with += value;
    LanesOf<double>& without = lanes_at(best + c);
    const auto better = with > without;
    without = better ? with : without;
    lanes_at(taken + c) |= better & bit;
  }
}

}  // namespace

bool Table::fits(std::span<const Item> items, const KnapsackInstance& instance) {
  packages_.clear();
  for (const Item& item : items) {
    const std::int64_t weight = instance.whole_weight(item.index);
    for (std::int64_t left = item.copies, size = 1; left > 0; left -= size, size = std::min(2 * size, left))
      packages_.push_back({item.value * static_cast<double>(size), weight * size, 0, size, item.index});
  }
  return std::ssize(packages_) <= max_bits / (instance.whole_capacity() + 1);
}

void Table::solve(std::span<const Item> items, const KnapsackInstance& instance, std::span<real> solution) {
  const std::int64_t capacity = instance.whole_capacity();
  std::int64_t rest = 0;
  for (auto package = packages_.rbegin(); package != packages_.rend(); ++package) {
    package->rest = rest;
    rest += package->weight;
  }
  if (rest <= capacity) {
    for (const Item& item : items) solution[item.index] = static_cast<real>(item.copies);
    return;
  }

  const std::int64_t stride = padded_size<double>(capacity + 1), count = std::ssize(packages_);
  best_.assign(lanes + stride, 0);
  std::fill_n(best_.data(), lanes, -std::numeric_limits<double>::infinity());
  taken_.assign((count + packages_per_word - 1) / packages_per_word * stride, 0);
  double* const best = best_.data() + lanes;
  for (std::int64_t i = 0; i < count; ++i) {
    const Package& package = packages_[static_cast<std::size_t>(i)];
    // Only the last entry is asked for, and what follows can use no less than capacity − rest.
    const std::int64_t low = std::max(package.weight, capacity - package.rest);
    offer(best, taken_.data() + i / packages_per_word * stride, package.weight, package.value,
          static_cast<std::int64_t>(std::uint64_t{1} << i % packages_per_word), low, capacity);
  }
  for (std::int64_t i = count - 1, c = capacity; i >= 0; --i) {
    const Package& package = packages_[static_cast<std::size_t>(i)];
    if (!(taken_[i / packages_per_word * stride + c] >> i % packages_per_word & 1)) continue;
    solution[package.index] += static_cast<real>(package.copies);
    c -= package.weight;
  }
}

}  // namespace knapsack
}  // namespace COTAPE_PRECISION
}  // namespace cotape
