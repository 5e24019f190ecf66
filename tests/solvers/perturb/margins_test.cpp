#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/perturb/margins.h>

#include "../rule_runs.h"

using namespace cotape;

TEST_CASE("noise_margin: adds ±α/2, each as often as the other") {
  Tape tape;
  Rng rng(1);
  const std::int64_t n = 10000;
  const Tensor moved = noise_margin(tape.constant(Tensor({n}, real(3))), real(0.5), rng).value();
  std::int64_t up = 0;
  for (const real value : moved.values()) {
    REQUIRE((value == real(3.25) || value == real(2.75)));
    up += value > 3;
  }
  CHECK(std::abs(static_cast<double>(up) - n / 2) < 4.5 * 50);  // standard deviation √(n/4) = 50
  CHECK_THROWS_WITH_AS(noise_margin(tape.constant(moved), -1, rng), doctest::Contains("α = -1"), ValueError);
}

TEST_CASE("informed_margin: the wanted solution gets dearer, the others cheaper; scores the other way round") {
  Tape tape;
  const Var x = tape.constant(Tensor({3}, {1, 2, 3})), target = tape.constant(Tensor({3}, {1, 0, 1}));
  CHECK(informed_margin(x, target, real(0.5), Sense::minimise).value() ==
        Tensor({3}, {real(1.25), real(1.75), real(3.25)}));
  CHECK(informed_margin(x, target, real(0.5), Sense::maximise).value() ==
        Tensor({3}, {real(0.75), real(2.25), real(2.75)}));
  CHECK_THROWS_WITH_AS(informed_margin(x, target, -1, Sense::minimise), doctest::Contains("informed_margin: α = -1"),
                       ValueError);
  CHECK_THROWS_WITH_AS(informed_margin(x, tape.constant(Tensor(Shape{2})), 1, Sense::minimise),
                       doctest::Contains("x [3] target [2]"), ShapeError);
}
