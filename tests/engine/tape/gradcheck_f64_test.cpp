#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/engine/tape/gradcheck.h>
#include <cotape/engine/tape/record.h>

#include "../../check_gradients.h"

// The gradient check itself: it must tell right from wrong.

using namespace cotape;

namespace {

// y = x², with a VJP that is right up to a factor, or wrong for one element only.
Var false_square(Var x, real factor, std::int64_t wrong_element = -1) {
  return record(
      {"test_op", "", false, true}, {x},
      [](Forward& c) {
        Tensor& y = c.out(c.in(0).shape());
        for (std::int64_t i = 0; i < y.size(); ++i) y[i] = c.in(0)[i] * c.in(0)[i];
      },
      [=](Vjp& v) {
        for (std::int64_t i = 0; i < v.dx.size(); ++i)
          v.dx[i] = 2 * v.dy[i] * v.input(0)[i] * (wrong_element < 0 || wrong_element == i ? factor : 1);
      });
}

GradcheckResult check(real factor, std::int64_t wrong_element = -1) {
  return gradcheck([=](Tape&, std::span<const Var> x) { return false_square(x[0], factor, wrong_element); },
                   {Tensor({4}, {1, -2, 3, 0.5})});
}

}  // namespace

TEST_CASE("gradcheck passes a right product and refuses one that is wrong by a hundred-thousandth") {
  const GradcheckResult right = check(1);
  CHECK(right.passed);
  CHECK(right.worst < 1e-8);
  CHECK(right.ops == std::set<std::string>{"test_op"});
  CHECK_FALSE(check(1.00001).passed);
  CHECK_FALSE(check(-1).passed);
  CHECK_FALSE(check(0).passed);
  CHECK_FALSE(check(std::numeric_limits<real>::quiet_NaN()).passed);
}

TEST_CASE("gradcheck names the element that is wrong") {
  const GradcheckResult wrong = check(2, 2);
  CHECK_FALSE(wrong.passed);
  CHECK(wrong.worst == doctest::Approx(0.5));
  CHECK(wrong.where.rfind("input 0 element 2: gradient ", 0) == 0);
  CHECK(wrong.where.find(", central difference ") != std::string::npos);
}

TEST_CASE("gradcheck lists the ops that the gradient went through, no others") {
  const GradcheckResult result = gradcheck(
      [](Tape& tape, std::span<const Var> x) {
        sigmoid(x[0]);                                  // leads nowhere
        const Var c = exp(tape.constant(Tensor({3})));  // has no gradient
        return sum(tanh(x[0]) * c * stop_gradient(neg(c)));
      },
      {normal_tensor({3})});
  CHECK(result.passed);
  CHECK(result.ops == std::set<std::string>{"mul", "sum", "tanh"});
}

TEST_CASE("gradcheck at a kink fails: it cannot take |x| at 0 for smooth") {
  CHECK_FALSE(gradcheck([](Tape&, std::span<const Var> x) { return relu(x[0]); }, {Tensor::scalar(0)}).passed);
}

TEST_CASE("gradcheck says when an input has no gradient at all") {
  const auto ignoring = [](Tape&, std::span<const Var> x) { return exp(x[0]); };
  CHECK_THROWS_AS(gradcheck(ignoring, {Tensor::scalar(1), Tensor::scalar(2)}), TapeError);
}
