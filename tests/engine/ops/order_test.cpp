#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "../../normal_tensor.h"

// Ops in which the order of numbers along an axis matters: argmax, running sums, sorting.

using namespace cotape;

namespace {

constexpr real infinity = std::numeric_limits<real>::infinity();
constexpr real not_a_number = std::numeric_limits<real>::quiet_NaN();

// Equal, where NaN is equal to itself.
bool same(const Tensor& a, const Tensor& b) {
  bool equal = a.shape() == b.shape();
  for (std::int64_t i = 0; equal && i < a.size(); ++i) equal = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]));
  return equal;
}

}  // namespace

TEST_CASE("argmax and argmin: the first of equal numbers, the first NaN") {
  Tape tape;
  const Var x = tape.constant(Tensor({4, 3}, {1, 3, 3,                          //
                                              not_a_number, 5, not_a_number,    //
                                              -infinity, -infinity, -infinity,  //
                                              0, real(-0.0), -1}));
  CHECK(argmax(x).value() == Tensor({4}, {1, 0, 0, 0}));
  CHECK(argmin(x).value() == Tensor({4}, {0, 0, 0, 2}));
  CHECK(argmax(x, 0).value() == Tensor({3}, {1, 1, 1}));
  CHECK(argmin(x, 0, true).value() == Tensor({1, 3}, {1, 2, 1}));
  CHECK(argmax(x, -2, true).shape() == Shape{1, 3});
  CHECK(argmax(tape.constant(Tensor({1, 3}, {2, not_a_number, infinity}))).value().item() == 1);
  CHECK(argmax(tape.constant(Tensor({0, 3}))).shape() == Shape{0});
  CHECK_THROWS_WITH_AS(argmax(tape.constant(Tensor({0, 3})), 0), "argmax: axis 0 of shape [0,3] has no elements",
                       ShapeError);
  CHECK_THROWS_WITH_AS(argmin(x, 2), "argmin: shape [4,3] has no axis 2", ShapeError);
  CHECK_THROWS_AS(argmax(tape.constant(Tensor::scalar(1))), ShapeError);
}

TEST_CASE("an index that a float cannot hold is refused") {
  Tape tape(Gradients::off);
  const std::int64_t limit = std::int64_t{1} << 24;
  const auto zeros = [&](std::int64_t n) { return tape.constant(Shape{n}, [](Tensor& out) { out.fill(0); }); };
  CHECK(argmax(zeros(limit)).value().item() == 0);
  CHECK_THROWS_WITH_AS(argmax(zeros(limit + 1)),
                       "argmax: axis -1 of shape [16777217] has more than 16777216 elements: a real number cannot hold "
                       "their indices",
                       ShapeError);
  CHECK_THROWS_AS(topk(zeros(limit + 1), 1), ShapeError);
}

TEST_CASE("sort keeps the order of equal numbers; NaN is the largest") {
  Tape tape;
  const Var x = tape.variable(Tensor({2, 5}, {3, 1, 3, 2, 1, not_a_number, infinity, -infinity, not_a_number, 0}));
  const Sorted up = sort(x), down = sort(x, 1, true);
  CHECK(same(up.values.value(), Tensor({2, 5}, {1, 1, 2, 3, 3, -infinity, 0, infinity, not_a_number, not_a_number})));
  CHECK(up.indices.value() == Tensor({2, 5}, {1, 4, 3, 0, 2, 2, 4, 1, 0, 3}));
  CHECK(same(down.values.value(), Tensor({2, 5}, {3, 3, 2, 1, 1, not_a_number, not_a_number, infinity, 0, -infinity})));
  CHECK(down.indices.value() == Tensor({2, 5}, {0, 2, 3, 1, 4, 0, 3, 1, 4, 2}));
  CHECK(argsort(x).value() == up.indices.value());
  CHECK(sort(tape.constant(Tensor({2}, {real(0.0), real(-0.0)}))).indices.value() == Tensor({2}, {0, 1}));
  tape.backward(up.values, Tensor({2, 5}, {1, 2, 3, 4, 5, 1, 2, 3, 4, 5}));
  CHECK(x.gradient() == Tensor({2, 5}, {4, 1, 5, 3, 2, 4, 3, 1, 5, 2}));
}

TEST_CASE("topk: the first of what sort gives, along any axis") {
  Tape tape;
  const Tensor numbers = normal_tensor({7, 31, 5});
  const Var x = tape.variable(numbers);
  for (int axis = 0; axis < 3; ++axis)
    for (const bool largest : {true, false}) {
      const Sorted all = sort(x, axis, largest);
      for (const std::int64_t k : {std::int64_t{0}, std::int64_t{1}, std::int64_t{3}, numbers.shape()[axis]}) {
        const Sorted some = topk(x, k, axis, largest);
        CHECK(some.values.value() == slice(all.values, axis, 0, k).value());
        CHECK(some.indices.value() == slice(all.indices, axis, 0, k).value());
      }
    }
  const Var z = tape.variable(Tensor({2, 3}, {1, 5, 3, 7, 2, 9}));
  tape.backward(topk(z, 2).values, Tensor({2, 2}, {10, 20, 30, 40}));
  CHECK(z.gradient() == Tensor({2, 3}, {0, 10, 20, 40, 0, 30}));
  CHECK_THROWS_WITH_AS(topk(x, 6), "topk_indices: k = 6 is not in [0, 5], the size of axis -1 of shape [7,31,5]",
                       ValueError);
  CHECK_THROWS_AS(topk(x, -1), ValueError);
  CHECK_THROWS_WITH_AS(sort(x, 3), "argsort: shape [7,31,5] has no axis 3", ShapeError);
  CHECK(sort(tape.constant(Tensor({0, 3})), 0).values.shape() == Shape{0, 3});
  CHECK(topk(tape.constant(Tensor({0, 3})), 2).values.shape() == Shape{0, 2});
}

TEST_CASE("sort of many lines and of long ones") {
  for (const Shape& shape : {Shape{3000, 17}, Shape{40'000}, Shape{17, 3000}}) {
    Tape tape;
    Tensor x(shape);
    Rng(4).uniform(x);
    for (real& value : x.values()) value = std::floor(100 * value);  // with equal numbers
    const AxisView view = view_around(shape, 0);
    const Sorted sorted = sort(tape.constant(x), 0);
    bool right = true;
    for (std::int64_t i = view.inner; i < x.size(); ++i) {
      const real before = sorted.values.value()[i - view.inner], value = sorted.values.value()[i];
      const real index_before = sorted.indices.value()[i - view.inner], index = sorted.indices.value()[i];
      right = right && (before < value || (before == value && index_before < index));
      right = right && value == x[static_cast<std::int64_t>(index) * view.inner + i % view.inner];
    }
    CHECK(right);
  }
}

TEST_CASE("cumsum and logcumsumexp, against indices by hand") {
  Tape tape;
  const Tensor numbers = normal_tensor({3, 4, 5});
  const Var x = tape.constant(numbers);
  for (int axis = 0; axis < 3; ++axis) {
    const Tensor sums = cumsum(x, axis).value(), logs = logcumsumexp(x, axis).value();
    for (std::int64_t end = 1; end <= numbers.shape()[axis]; ++end) {
      const Var head = slice(x, axis, 0, end);
      const Tensor total = sum(head, axis).value(), log_total = logsumexp(head, axis).value();
      const Tensor here = reshape(slice(tape.constant(sums), axis, end - 1, end), total.shape()).value();
      const Tensor logs_here = reshape(slice(tape.constant(logs), axis, end - 1, end), total.shape()).value();
      for (std::int64_t i = 0; i < total.size(); ++i) {
        CHECK(here[i] == doctest::Approx(total[i]).epsilon(1e-5));
        CHECK(logs_here[i] == doctest::Approx(log_total[i]).epsilon(1e-5));
      }
    }
  }
  CHECK_THROWS_WITH_AS(cumsum(x, 3), "cumsum: shape [3,4,5] has no axis 3", ShapeError);
  CHECK_THROWS_AS(logcumsumexp(tape.constant(Tensor::scalar(1))), ShapeError);
  CHECK(cumsum(tape.constant(Tensor({0, 3}))).shape() == Shape{0, 3});
  CHECK(logcumsumexp(tape.constant(Tensor({2, 0}))).shape() == Shape{2, 0});
}

TEST_CASE("a running sum of many numbers stays accurate in float") {
  const std::int64_t n = 1'000'000;
  Tensor x({n});
  Rng(3).uniform(x);
  const double expected = std::accumulate(x.values().begin(), x.values().end(), 0.0);
  Tape tape;
  CHECK(std::abs(static_cast<double>(cumsum(tape.constant(x)).value()[n - 1]) / expected - 1) < 1e-7);
  double exponentials = 0;
  for (const real value : x.values()) exponentials += std::exp(static_cast<double>(value));
  CHECK(std::abs(static_cast<double>(logcumsumexp(tape.constant(x)).value()[n - 1]) / std::log(exponentials) - 1) <
        2e-7);
}

TEST_CASE("sorting holds the memory of the step before and allocates no tensor") {
  Tape tape;
  const Tensor numbers = normal_tensor({40, 50});
  std::size_t allocations = 0;
  for (int step = 0; step < 5; ++step) {
    tape.clear();
    const Var x = tape.variable(numbers);
    tape.backward(sum(sort(x, 0).values * topk(x, 50).values + logcumsumexp(cumsum(x)) * prod(x, 1, true)) +
                  standard_deviation(x));
    if (step == 2) allocations = tape.allocations();
  }
  CHECK(tape.allocations() == allocations);
}
