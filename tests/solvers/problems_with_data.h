#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/core/solver.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The best of `size` first items as a one-hot vector; what comes after them is padding. It sets the ones only.
struct BestOfSome {
  std::int64_t n;
  Sense sense = Sense::maximise;

  struct Instance {
    std::int64_t size;
  };

  SolverTraits traits() const {
    return {.name = "best_of_some", .sense = sense, .shape = {n}, .ties = "the first wins", .constant_sum = true};
  }
  void solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const {
    if (instance.size == 0) return;
    const auto real_ones = cost.first(static_cast<std::size_t>(instance.size));
    const auto best = sense == Sense::maximise ? std::max_element(real_ones.begin(), real_ones.end())
                                               : std::min_element(real_ones.begin(), real_ones.end());
    solution[static_cast<std::size_t>(best - real_ones.begin())] = 1;
  }
  void mask(const Instance& instance, std::span<real> mask) const { std::fill_n(mask.begin(), instance.size, real(1)); }
};

// The subset of largest value whose weights stay within a capacity, by trying all: weights and capacity are each
// instance's own.
struct SmallKnapsack {
  std::int64_t n;

  struct Instance {
    std::vector<double> weights;
    double capacity;
  };

  SolverTraits traits() const {
    return {.name = "small_knapsack", .sense = Sense::maximise, .shape = {n}, .ties = "the first subset wins"};
  }
  void solve(std::span<const real> value, const Instance& instance, std::span<real> solution) const {
    if (instance.capacity < 0) fail<SolverError>("no subset weighs less than ", instance.capacity);
    double most = -1;
    std::uint64_t best = 0;
    for (std::uint64_t subset = 0; subset < std::uint64_t{1} << n; ++subset) {
      double weight = 0, worth = 0;
      for (std::size_t i = 0; i < value.size(); ++i)
        if (subset >> i & 1) {
          weight += instance.weights[i];
          worth += static_cast<double>(value[i]);
        }
      if (weight > instance.capacity || worth <= most) continue;
      most = worth;
      best = subset;
    }
    for (std::size_t i = 0; i < value.size(); ++i)
      if (best >> i & 1) solution[i] = 1;
  }
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
