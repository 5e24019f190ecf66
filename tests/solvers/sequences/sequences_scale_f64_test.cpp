#include <cotape/solvers/sequences/alignment.h>
#include <cotape/solvers/sequences/segmentation.h>
#include <cotape/solvers/sequences/viterbi.h>

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "../solved.h"

using namespace cotape;

namespace {

using Numbers = std::vector<double>;

}  // namespace

TEST_CASE("sequences: sums of costs that overflow, or are smaller than any other") {
  constexpr double largest = std::numeric_limits<double>::max(), smallest = std::numeric_limits<double>::denorm_min();
  for (const double unit : {smallest, 1e-310, 1.0, largest / 16}) {
    CAPTURE(unit);
    // Label 1 is better at each step, going back and forth is better still: 3 + 3 + 1 units.
    CHECK(solved(Viterbi{.steps = 3, .labels = 2}, Numbers{0, unit, 0, unit, 0, unit, 0, 3 * unit, 3 * unit, 0}) ==
          Numbers{0, 1, 1, 0, 0, 1, 0, 1, 1, 0});
    CHECK(solved(TimeWarping{.first = 2, .second = 3}, Numbers{9 * unit, 9 * unit, 9 * unit, unit, unit, unit}) ==
          Numbers{1, 0, 0, 0, 1, 1});
    CHECK(solved(EditAlignment{.first = 2, .second = 1}, Numbers{9 * unit, 8 * unit, 9 * unit, 7 * unit, 0, 0}) ==
          Numbers{0, 1, 0, 1, 1, 0});
    CHECK(solved(Segmentation{.steps = 3, .max_length = 2},
                 Numbers{8 * unit, 9 * unit, 8 * unit, 9 * unit, 7 * unit, 0}) == Numbers{0, 1, 0, 0, 1, 0});
  }
}
