#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>

#include <limits>

using namespace cotape;

namespace {

constexpr real infinity = std::numeric_limits<real>::infinity();
constexpr real not_a_number = std::numeric_limits<real>::quiet_NaN();

}  // namespace

TEST_CASE("comparisons of numbers, infinities and NaN") {
  Tape tape;
  const Var a = tape.constant(Tensor({6}, {1, 2, 3, infinity, not_a_number, real(-0.0)}));
  const Var b = tape.constant(Tensor({6}, {2, 2, 2, infinity, not_a_number, 0}));
  CHECK(equal(a, b).value() == Tensor({6}, {0, 1, 0, 1, 0, 1}));
  CHECK(not_equal(a, b).value() == Tensor({6}, {1, 0, 1, 0, 1, 0}));
  CHECK(less(a, b).value() == Tensor({6}, {1, 0, 0, 0, 0, 0}));
  CHECK(less_equal(a, b).value() == Tensor({6}, {1, 1, 0, 1, 0, 1}));
  CHECK(greater(a, b).value() == Tensor({6}, {0, 0, 1, 0, 0, 0}));
  CHECK(greater_equal(a, b).value() == Tensor({6}, {0, 1, 1, 1, 0, 1}));
  CHECK(not_equal(a, a).value() == Tensor({6}, {0, 0, 0, 0, 1, 0}));  // NaN

  CHECK(equal(a, 2).value() == Tensor({6}, {0, 1, 0, 0, 0, 0}));
  CHECK(not_equal(a, 2).value() == Tensor({6}, {1, 0, 1, 1, 1, 1}));
  CHECK(less(a, 2).value() == Tensor({6}, {1, 0, 0, 0, 0, 1}));
  CHECK(less_equal(a, 2).value() == Tensor({6}, {1, 1, 0, 0, 0, 1}));
  CHECK(greater(a, 2).value() == Tensor({6}, {0, 0, 1, 1, 0, 0}));
  CHECK(greater_equal(a, 2).value() == Tensor({6}, {0, 1, 1, 1, 0, 0}));
}

TEST_CASE("comparisons and where broadcast, against indices by hand") {
  Tape tape;
  const Tensor condition({2, 1, 1}, {0, 1}), a({3, 1}, {1, 2, 3}), b({4}, {0, 2, 4, 6});
  const Var ca = tape.constant(a), cb = tape.constant(b);
  const Tensor y = where(tape.constant(condition), ca, cb).value(), below = less(ca, cb).value();
  REQUIRE(y.shape() == Shape{2, 3, 4});
  REQUIRE(below.shape() == Shape{3, 4});
  for (std::int64_t j = 0; j < 3; ++j)
    for (std::int64_t k = 0; k < 4; ++k) {
      CHECK(y.at({0, j, k}) == b[k]);
      CHECK(y.at({1, j, k}) == a[j]);
      CHECK(below.at({j, k}) == real(a[j] < b[k]));
    }
  CHECK(where(tape.constant(Tensor({0, 3})), tape.constant(Tensor({3})), tape.constant(Tensor({1, 1}))).shape() ==
        Shape{0, 3});
}

TEST_CASE("where: any number but 0 chooses a, and what is not chosen does not matter") {
  Tape tape;
  const Var condition = tape.variable(Tensor({5}, {0, 1, real(-0.0), not_a_number, -infinity}));
  const Var a = tape.variable(Tensor({5}, {not_a_number, 2, infinity, 4, 5}));
  const Var b = tape.variable(Tensor({5}, {10, not_a_number, 30, infinity, not_a_number}));
  const Var y = where(condition, a, b);
  CHECK(y.value() == Tensor({5}, {10, 2, 30, 4, 5}));
  tape.backward(y, Tensor({5}, {1, 2, 3, 4, 5}));
  CHECK(a.gradient() == Tensor({5}, {0, 2, 0, 4, 5}));
  CHECK(b.gradient() == Tensor({5}, {1, 0, 3, 0, 0}));
  CHECK_THROWS_AS(condition.gradient(), TapeError);

  // √x where x > 0: a slope that is infinite beside the numbers that count stays out of the gradient.
  const Var x = tape.variable(Tensor({3}, {-1, 0, 4})), zero = tape.constant(Tensor::scalar(0));
  tape.backward(sum(where(greater(x, 0), sqrt(x), zero)));
  CHECK(x.gradient()[1] == 0);
  CHECK(x.gradient()[2] == real(0.25));
}

TEST_CASE("where over more than one parallel block") {
  const std::int64_t n = 50'000;
  Tensor condition({n});
  for (std::int64_t i = 0; i < n; ++i) condition[i] = static_cast<real>(i % 3);
  Tape tape;
  const Var a = tape.variable(Tensor({n}, 1)), b = tape.variable(Tensor::scalar(2));
  const Var y = where(tape.constant(condition), a, b);
  tape.backward(sum(y));
  bool right = true;
  for (std::int64_t i = 0; i < n; ++i)
    right = right && y.value()[i] == (i % 3 == 0 ? 2 : 1) && a.gradient()[i] == (i % 3 == 0 ? 0 : 1);
  CHECK(right);
  CHECK(b.gradient().item() == 16'667);
}

TEST_CASE("comparisons and where refuse shapes that do not broadcast") {
  Tape tape;
  const Var a = tape.constant(Tensor({2, 3})), b = tape.constant(Tensor({2}));
  CHECK_THROWS_WITH_AS(less(a, b), "less: shapes do not broadcast: a [2,3] b [2] (3 != 2 at axis -1)", ShapeError);
  CHECK_THROWS_WITH_AS(where(a, a, b), "where: shapes do not broadcast: a [2,3] b [2] (3 != 2 at axis -1)", ShapeError);
  CHECK_THROWS_AS(where(b, a, a), ShapeError);
}
