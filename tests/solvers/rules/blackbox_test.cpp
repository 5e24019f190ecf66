#include <doctest/doctest.h>

#include <limits>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/rules/blackbox.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/topk.h>

#include "../rule_runs.h"

using namespace cotape;

namespace {

const Tensor theta({3}, {1, real(0.5), 0});

Tensor gradient(const Blackbox& rule, const Tensor& dy) {
  return run_rule(rule, oracle_of(TopK{.n = 3, .k = 1}), theta, dy).gradient;
}

}  // namespace

TEST_CASE("blackbox: the target side moves against dy, is divided by λ, and rests when nothing better is near") {
  const Tensor worse({3}, {1, 0, -1});  // the loss falls towards the third item
  CHECK(gradient({.lambda = 1}, worse) == Tensor({3}, {1, 0, -1}));
  CHECK(gradient({.lambda = 4}, worse) == Tensor({3}, {real(0.25), 0, real(-0.25)}));
  CHECK(gradient({.lambda = real(0.4)}, worse) == Tensor(Shape{3}));  // 0.6, 0.5, 0.4: not far enough
  CHECK(gradient({.lambda = 1}, Tensor({3}, {-1, 0, 1})) == Tensor(Shape{3}));
}

TEST_CASE("blackbox: the away side moves along dy, the central side both ways over twice the distance") {
  const Tensor better({3}, {-1, 0, 1});  // the loss rises towards the third item
  CHECK(gradient({.lambda = 1, .side = Side::away}, better) == Tensor({3}, {-1, 0, 1}));
  CHECK(gradient({.lambda = 4, .side = Side::away}, better) == Tensor({3}, {real(-0.25), 0, real(0.25)}));
  CHECK(gradient({.lambda = 1, .side = Side::away}, Tensor({3}, {1, 0, -1})) == Tensor(Shape{3}));
  // θ + dy chooses the second item, θ − dy the first.
  CHECK(gradient({.lambda = 1, .side = Side::central}, Tensor({3}, {-1, 1, 0})) ==
        Tensor({3}, {real(-0.5), real(0.5), 0}));
  // θ + 2dy chooses the first, θ − 2dy the third.
  CHECK(gradient({.lambda = 2, .side = Side::central}, Tensor({3}, {1, 0, -1})) ==
        Tensor({3}, {real(0.25), 0, real(-0.25)}));
}

TEST_CASE("blackbox: in cost form it is [y(ω + λdy) − y(ω)] / λ") {
  const auto cheapest = differentiable(Enumerated{all_subsets(3, 1), Sense::minimise}, Blackbox{.lambda = 2});
  Tape tape;
  const Var costs = tape.variable(Tensor({3}, {0, real(0.5), 1}));
  const Var y = cheapest(costs);
  CHECK(y.value() == Tensor({3}, {1, 0, 0}));
  tape.backward(y, Tensor({3}, {1, 0, -1}));  // ω + 2dy = (2, 0.5, −1): the third item is cheapest
  CHECK(costs.gradient() == Tensor({3}, {real(-0.5), 0, real(0.5)}));
  CHECK(cheapest.diagnostics().lambda == 2);
  CHECK(cheapest.diagnostics().calls_forward == 1);
  CHECK(cheapest.diagnostics().calls_backward == 1);
  CHECK(cheapest.diagnostics().rows == 1);
  CHECK(cheapest.diagnostics().zero_rows == 0);
}

TEST_CASE("blackbox: instances of a batch do not touch each other, rows without cotangent get zero") {
  const auto oracle = oracle_of(TopK{.n = 4, .k = 2});
  const Tensor scores = standard_normal({5, 2, 4}, 1);
  Tensor dy = standard_normal({5, 2, 4}, 2);
  for (std::int64_t i = 8; i < 12; ++i) dy[i] = 0;
  for (const Side side : {Side::target, Side::away, Side::central}) {
    const Blackbox rule{.lambda = 2, .side = side};
    const RuleRun all = run_rule(rule, oracle, scores, dy);
    for (std::int64_t row = 0; row < 10; ++row) {
      const auto part = [&](const Tensor& x) { return Tensor({4}, x.values().subspan(std::size_t(row) * 4, 4)); };
      const RuleRun one = run_rule(rule, oracle, part(scores), part(dy));
      CHECK(one.y == part(all.y));
      CHECK(one.gradient == part(all.gradient));
      if (row == 2) CHECK(one.gradient == Tensor(Shape{4}));
    }
  }
  CHECK(run_rule(Blackbox{}, oracle, Tensor(Shape{0, 4}), Tensor(Shape{0, 4})).gradient.size() == 0);
}

TEST_CASE("blackbox: errors say what is wrong") {
  const auto oracle = oracle_of(TopK{.n = 3, .k = 1});
  Tape tape;
  const Var x = tape.variable(theta);
  CHECK_THROWS_WITH_AS(Blackbox{.lambda = 0}(x, oracle), doctest::Contains("blackbox: λ = 0 is not a positive number"),
                       ValueError);
  CHECK_THROWS_WITH_AS(Blackbox{.lambda = -1}(x, oracle), doctest::Contains("blackbox: λ = -1"), ValueError);
  for (const real bad : {std::numeric_limits<real>::infinity(), std::numeric_limits<real>::quiet_NaN()}) {
    CHECK_THROWS_WITH_AS(Blackbox{.lambda = bad}(x, oracle), doctest::Contains("is not a positive number"), ValueError);
    const Var broken = tape.variable(Tensor({3}, {0, bad, 0}));
    CHECK_THROWS_WITH_AS(Blackbox{}(broken, oracle), doctest::Contains("index 1 is not finite"), ValueError);
    const Var y = Blackbox{}(x, oracle);
    CHECK_THROWS_WITH_AS(tape.backward(y, Tensor({3}, {0, 0, bad})), doctest::Contains("index 2 is not finite"),
                         ValueError);
  }
  CHECK_THROWS_WITH_AS(Blackbox{}(tape.variable(Tensor(Shape{4})), oracle), doctest::Contains("[4]"), ShapeError);
}
