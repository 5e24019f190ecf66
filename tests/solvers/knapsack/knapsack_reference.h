#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include <cotape/engine/base/random.h>
#include <cotape/solvers/knapsack/knapsack.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What the knapsack solver is compared with: all ways to take copies of a few items, one after the other.

using Counts = std::vector<std::int64_t>;

inline double value_of(const Counts& counts, const std::vector<real>& values) {
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i)
    sum += static_cast<double>(values[i]) * static_cast<double>(counts[i]);
  return sum;
}

inline bool fits(const Counts& counts, const KnapsackInstance& instance) {
  for (std::int64_t k = 0; k < instance.constraints(); ++k) {
    double weight = 0;
    for (std::size_t i = 0; i < counts.size(); ++i)
      weight += instance.weight(k, static_cast<std::int64_t>(i)) * static_cast<double>(counts[i]);
    if (weight > instance.capacity(k)) return false;
  }
  return true;
}

// The best counts; of equally good ones those with the fewest copies of the last item, then of the one before, …
inline Counts best_counts(const std::vector<real>& values, const KnapsackInstance& instance) {
  Counts counts(values.size(), 0), best = counts;
  double most = 0;
  for (;;) {  // in that order
    std::size_t i = 0;
    while (i < counts.size() && counts[i] == instance.max_copies(static_cast<std::int64_t>(i))) counts[i++] = 0;
    if (i == counts.size()) return best;
    ++counts[i];
    if (const double value = value_of(counts, values); value > most && fits(counts, instance)) {
      most = value;
      best = counts;
    }
  }
}

inline Counts solved_counts(const Knapsack& knapsack, const std::vector<real>& values,
                            const KnapsackInstance& instance) {
  std::vector<real> solution(values.size(), real(7));
  knapsack.solve(values, instance, solution);
  return {solution.begin(), solution.end()};
}

// A problem of few items: whole or real weights, one copy, several or no limit, one capacity or several; many equal
// numbers, weights of 0, items that do not fit, capacities of 0.
enum class WeightKind { whole, uneven };
inline KnapsackInstance random_instance(std::int64_t items, std::int64_t constraints, WeightKind kind, Rng& rng) {
  std::vector<double> weights, capacities;
  for (std::int64_t i = 0; i < items * constraints; ++i)
    weights.push_back(static_cast<double>(rng.below(8)) * (kind == WeightKind::uneven ? 0.1 : 1.0));
  const bool random = kind == WeightKind::uneven && rng.below(2);
  if (random)
    for (double& weight : weights) weight *= static_cast<double>(rng.uniform()) + 0.5;
  for (std::int64_t k = 0; k < constraints; ++k)
    capacities.push_back(static_cast<double>(rng.below(16)) * (kind == WeightKind::uneven ? 0.1 : 1.0));
  std::vector<std::int64_t> copies;
  if (rng.below(2))
    for (std::int64_t i = 0; i < items; ++i) {
      bool heavy = true;
      for (std::int64_t k = 0; k < constraints; ++k) heavy &= weights[static_cast<std::size_t>(k * items + i)] > 0.3;
      copies.push_back(heavy && rng.below(3) == 0 ? KnapsackInstance::unlimited : rng.below(5));
    }
  return {weights, capacities, copies};
}

inline std::vector<real> random_values(std::int64_t items, bool whole, Rng& rng) {
  std::vector<real> values;
  for (std::int64_t i = 0; i < items; ++i)
    values.push_back(whole ? static_cast<real>(rng.below(9) - 2) : rng.uniform() - real(0.2));
  return values;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
