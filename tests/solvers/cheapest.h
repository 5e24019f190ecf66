#pragma once
#include <algorithm>
#include <span>

#include <cotape/solvers/core/solver.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A small minimising solver for tests: the cheapest of some items as a one-hot vector, or no item at all when every one
// costs more than `limit`. Its solutions differ in their sum, and its answers depend on the scale of the costs.
struct CheapestOrNothing {
  Shape shape = {3};
  real limit = -1;

  SolverTraits traits() const {
    return {.name = "cheapest_or_nothing",
            .sense = Sense::minimise,
            .shape = shape,
            .ties = "the first wins, an item before nothing",
            .constant_sum = false,
            .scale_invariant = false};
  }
  void solve(std::span<const real> cost, std::span<real> solution) const {
    const auto best = std::min_element(cost.begin(), cost.end());
    std::fill(solution.begin(), solution.end(), real(0));
    if (*best <= limit) solution[static_cast<std::size_t>(best - cost.begin())] = 1;
  }
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
