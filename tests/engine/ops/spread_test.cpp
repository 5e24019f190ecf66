#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>

#include <cmath>

#include "../../near.h"
#include "../../normal_tensor.h"

// prod, min, variance and standard deviation.

using namespace cotape;

TEST_CASE("min and prod, against indices by hand") {
  Tape tape;
  const Tensor x = normal_tensor({2, 3, 4});
  const Var v = tape.constant(x);
  const Tensor low = min(v, {0, 2}).value(), product = prod(v, {0, 2}, true).value();
  REQUIRE(low.shape() == Shape{3});
  REQUIRE(product.shape() == Shape{1, 3, 1});
  for (std::int64_t j = 0; j < 3; ++j) {
    real smallest = x.at({0, j, 0}), all = 1;
    for (std::int64_t i = 0; i < 2; ++i)
      for (std::int64_t k = 0; k < 4; ++k) {
        smallest = std::min(smallest, x.at({i, j, k}));
        all *= x.at({i, j, k});
      }
    CHECK(low[j] == smallest);
    CHECK(product[j] == doctest::Approx(all));
  }
  CHECK(min(v).value().item() == -max(-v).value().item());
  CHECK(prod(tape.constant(Tensor({0, 3})), 0).value() == Tensor({3}, 1));
  CHECK(prod(tape.constant(Tensor({0, 3})), 1).shape() == Shape{0});
  CHECK_THROWS_WITH_AS(min(tape.constant(Tensor({0, 3}))), "min: shape [0,3] has no elements", ShapeError);
  CHECK_THROWS_WITH_AS(prod(v, {1, 1}), "prod: axis 1 of shape [2,3,4] is given twice", ShapeError);
}

TEST_CASE("variance and standard deviation of all there is and of a sample") {
  Tape tape;
  const Var x = tape.constant(Tensor({2, 4}, {1, 2, 3, 4, 2, 2, 2, 10}));
  CHECK(variance(x, 1).value() == Tensor({2}, {1.25, 12}));
  CHECK(relative_distance(variance(x, 1, true, 1).value(), Tensor({2, 1}, {real(5.0 / 3), 16})) < 1e-7);
  CHECK(variance(x, 0, false, 1).value() == Tensor({4}, {0.5, 0, 0.5, 18}));
  CHECK(standard_deviation(x, 0, false, 1).value()[3] == std::sqrt(real(18)));
  CHECK(variance(x).value().item() == doctest::Approx(7.1875));  // mean 3.25
  CHECK(standard_deviation(x, {0, 1}).value().item() == doctest::Approx(std::sqrt(7.1875)));
  CHECK(variance(tape.constant(Tensor::scalar(5))).value().item() == 0);
  CHECK(variance(tape.constant(Tensor({0, 3})), 1).shape() == Shape{0});
  CHECK(standard_deviation(tape.constant(Tensor({0, 3})), 1, true, 1).shape() == Shape{0, 1});

  CHECK_THROWS_WITH_AS(variance(tape.constant(Tensor({0, 3})), 0), "variance: shape [0,3] has no elements", ShapeError);
  CHECK_THROWS_WITH_AS(variance(tape.constant(Tensor({1, 3})), 0, false, 1),
                       "variance: shape [1,3] gives 1 numbers a group: with correction 1 there must be 2 at least",
                       ShapeError);
  CHECK_THROWS_WITH_AS(standard_deviation(x, 1, false, -1), "standard_deviation: correction -1 is negative",
                       ValueError);
  CHECK_THROWS_WITH_AS(variance(x, 2), "variance: shape [2,4] has no axis 2", ShapeError);
}

TEST_CASE("standard deviation of equal numbers is 0, without a gradient") {
  Tape tape;
  const Var x = tape.variable(Tensor({2, 3}, {real(1.1), real(1.1), real(1.1), 0, 0, 3}));
  const Var y = standard_deviation(x, 1);
  CHECK(y.value()[0] == 0);
  tape.backward(sum(y));
  CHECK(slice(tape.constant(x.gradient()), 0, 0, 1).value() == Tensor({1, 3}));
  CHECK(x.gradient()[5] == doctest::Approx(2 / (3 * std::sqrt(2.0))));
}
