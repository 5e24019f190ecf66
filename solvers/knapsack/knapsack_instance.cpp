#include <cotape/engine/base/error.h>
#include <cotape/solvers/knapsack/knapsack_instance.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr double margin = 1e-12;               // of a capacity that real weights must not exceed
constexpr double max_count = 0x1p53;           // copies beyond this are no exact numbers
constexpr double max_whole_capacity = 0x1p28;  // for a table with one entry per capacity

bool whole(double x) { return x == std::floor(x); }

}  // namespace

KnapsackInstance::KnapsackInstance(std::vector<double> weights, double capacity, std::vector<std::int64_t> copies)
    : KnapsackInstance(std::move(weights), std::vector<double>{capacity}, std::move(copies)) {}

KnapsackInstance::KnapsackInstance(std::vector<double> weights, std::vector<double> capacities,
                                   std::vector<std::int64_t> copies)
    : weights_(std::move(weights)), capacities_(std::move(capacities)), max_copies_(std::move(copies)) {
  if (capacities_.empty()) fail<ValueError>("knapsack: there is no capacity");
  const std::size_t items = weights_.size() / capacities_.size();
  if (items * capacities_.size() != weights_.size())
    fail<ValueError>("knapsack: ", weights_.size(), " weights for ", capacities_.size(),
                     " capacities: one weight per item is wanted for each");
  if (max_copies_.empty()) max_copies_.assign(items, 1);
  if (max_copies_.size() != items)
    fail<ValueError>("knapsack: ", max_copies_.size(), " numbers of copies for ", items, " items");
  for (std::size_t i = 0; i < weights_.size(); ++i)
    if (!(weights_[i] >= 0 && std::isfinite(weights_[i])))
      fail<ValueError>("knapsack: weight ", weights_[i], " of item ", i % items, " is negative or not finite");
  for (const double capacity : capacities_)
    if (!std::isfinite(capacity)) fail<ValueError>("knapsack: capacity ", capacity, " is not finite");
  for (std::size_t i = 0; i < items; ++i)
    if (max_copies_[i] < 0)
      fail<ValueError>("knapsack: item ", i, " may be taken ", max_copies_[i], " times, which is less than never");
  limit_copies();
  find_whole_weights();
}

void KnapsackInstance::limit_copies() {
  const std::int64_t n = items();
  for (std::int64_t k = 0; k < constraints(); ++k) {
    const auto row = weights_.begin() + k * n;
    double& capacity = capacities_[static_cast<std::size_t>(k)];
    if (!std::all_of(row, row + n, whole)) capacity += margin * std::abs(capacity);
    for (std::int64_t i = 0; i < n; ++i) {
      if (row[i] == 0 || capacity < 0) continue;
      const double fit = std::floor(capacity / row[i]);
      std::int64_t& copies = max_copies_[static_cast<std::size_t>(i)];
      copies = std::min(copies, static_cast<std::int64_t>(std::min(fit, max_count)));
    }
  }
}

void KnapsackInstance::find_whole_weights() {
  if (constraints() != 1 || !std::all_of(weights_.begin(), weights_.end(), whole)) return;
  std::int64_t divisor = 0;
  for (std::int64_t i = 0; i < items(); ++i)
    if (max_copies(i) > 0 && weight(0, i) <= max_count)
      divisor = std::gcd(divisor, static_cast<std::int64_t>(weight(0, i)));
  const double capacity = std::floor(capacities_[0] / static_cast<double>(std::max<std::int64_t>(1, divisor)));
  if (!(capacity >= 0 && capacity <= max_whole_capacity)) return;
  counts_ = true;
  whole_capacity_ = static_cast<std::int64_t>(capacity);
  for (std::int64_t i = 0; i < items(); ++i)  // of items that do not fit the weight does not matter
    whole_weights_.push_back(
        max_copies(i) > 0 ? static_cast<std::int64_t>(weight(0, i)) / std::max<std::int64_t>(1, divisor) : 0);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
