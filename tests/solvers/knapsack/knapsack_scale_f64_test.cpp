#include <doctest/doctest.h>

#include <cotape/solvers/knapsack/knapsack.h>

#include <limits>

#include "knapsack_reference.h"

using namespace cotape;

TEST_CASE("knapsack: the smallest and the largest numbers there are") {
  constexpr double smallest = std::numeric_limits<double>::denorm_min(), largest = std::numeric_limits<double>::max();
  for (const double unit : {smallest, 1e-308, 1.0, largest / 8})
    for (const double scale : {1e-308, 1.0, largest / 4})
      for (const std::vector<double>& weights : {std::vector<double>{3, 2, 2}, {0.3, 0.2, 0.2}}) {
        CAPTURE(unit);
        CAPTURE(scale);
        std::vector<double> scaled = weights;
        for (double& weight : scaled) weight *= scale;
        const double capacity = (weights[1] + weights[2]) * scale;
        // The sum of the best two overflows in the last case.
        CHECK(solved_counts(Knapsack{.n = 3}, {6 * unit, 5 * unit, 5 * unit}, {scaled, capacity}) == Counts{0, 1, 1});
      }
}
