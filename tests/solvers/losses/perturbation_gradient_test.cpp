#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/solvers/losses/perturbation_gradient.h>
#include <cotape/solvers/losses/regret.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/topk.h>

#include "../rule_runs.h"

using namespace cotape;
using Points = PerturbationGradientOptions::Points;

namespace {

RuleRun loss_of(const std::shared_ptr<Oracle>& oracle, const Tensor& predicted, const Tensor& costs,
                const PerturbationGradientOptions& options) {
  Tape tape;
  const Var x = tape.variable(predicted);
  const Var loss = perturbation_gradient(oracle, x, tape.constant(costs), options);
  tape.backward(loss);
  return {loss.value(), x.gradient()};
}

}  // namespace

TEST_CASE("perturbation_gradient: by hand, three kinds of differences, from costs and from values") {
  // ĉ = (1, 2), c = (3, 1), h = 1, the cheaper of two: z*(ĉ) = 1, z*(ĉ − c) = z*(−2, 1) = −2, z*(ĉ + c) = z*(4, 3) = 3.
  const Tensor predicted({1, 2}, {1, 2}), costs({1, 2}, {3, 1});
  const auto cheaper = oracle_of(Enumerated{all_subsets(2, 1), Sense::minimise});
  const RuleRun backward = loss_of(cheaper, predicted, costs, {.h = 1});
  CHECK(backward.y.item() == 3);
  CHECK(backward.gradient == Tensor(Shape{1, 2}));  // the same solution at both points
  const RuleRun forward = loss_of(cheaper, predicted, costs, {.h = 1, .points = Points::forward});
  CHECK(forward.y.item() == 2);
  CHECK(forward.gradient == Tensor({1, 2}, {-1, 1}));
  const RuleRun central = loss_of(cheaper, predicted, costs, {.h = 1, .points = Points::central});
  CHECK(central.y.item() == real(2.5));
  CHECK(central.gradient == Tensor({1, 2}, {real(-0.5), real(0.5)}));
  // The dearer: z*(ĉ) = 2, z*(ĉ − c) = 1 (both the second), z*(ĉ + c) = 4 (the first); everything negative.
  const auto dearer = oracle_of(TopK{.n = 2, .k = 1});
  CHECK(loss_of(dearer, predicted, costs, {.h = 1}).y.item() == -1);
  const RuleRun up = loss_of(dearer, predicted, costs, {.h = 1, .points = Points::forward});
  CHECK(up.y.item() == -2);
  CHECK(up.gradient == Tensor({1, 2}, {-1, 1}));
  CHECK(cheaper->diagnostics().calls_forward == 6);
  CHECK(cheaper->diagnostics().calls_backward == 0);
}

TEST_CASE("perturbation_gradient: backward and forward enclose what the decision truly costs, and meet for small h") {
  for (const Sense sense : {Sense::minimise, Sense::maximise})
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
      const auto oracle = oracle_of(Enumerated{all_subsets(5, 2), sense});
      const Tensor predicted = standard_normal({1, 5}, seed), costs = standard_normal({1, 5}, 1000 + seed);
      const Tensor decision = regret(oracle, predicted, costs).decisions;
      double cost = 0;
      for (std::int64_t i = 0; i < 5; ++i)
        cost += static_cast<double>(costs[i]) * static_cast<double>(decision[i]) * (sense == Sense::minimise ? 1 : -1);
      for (const real h : {real(0.01), real(1), real(10)}) {
        const auto at = [&](Points points) {
          return static_cast<double>(loss_of(oracle, predicted, costs, {.h = h, .points = points}).y.item());
        };
        CHECK(at(Points::backward) >= cost - 1e-4);
        CHECK(at(Points::forward) <= cost + 1e-4);
        CHECK(at(Points::central) == doctest::Approx((at(Points::backward) + at(Points::forward)) / 2).epsilon(1e-4));
      }
      CHECK(loss_of(oracle, predicted, costs, {.h = real(1e-5)}).y.item() == doctest::Approx(cost).epsilon(2e-2));
    }
}

TEST_CASE("perturbation_gradient: a bounded domain, in value and gradient") {
  // ĉ − c is negative at three cells, which are solved as 0 like the first, and have no gradient: z*(ĉ) = 3, and 0.
  const auto grid = oracle_of(GridPath{.height = 2, .width = 2, .neighbours = Neighbours::four});
  const RuleRun run = loss_of(grid, Tensor({1, 2, 2}, {1, 1, 2, 1}), Tensor({1, 2, 2}, {1, 3, 5, 2}), {.h = 1});
  CHECK(run.y.item() == 3);
  CHECK(run.gradient == Tensor({1, 2, 2}, {0, 1, 0, 1}));  // the first cell is on the bound, but was not moved
  CHECK(grid->diagnostics().clamped == 3);
}

TEST_CASE("perturbation_gradient: the same bits for any number of threads") {
  const auto oracle = oracle_of(TopK{.n = 50, .k = 20});
  const Tensor predicted = standard_normal({300, 50}, 1), costs = standard_normal({300, 50}, 2);
  const RuleRun all = loss_of(oracle, predicted, costs, {});
  const ThreadLimit one(1);
  const RuleRun alone = loss_of(oracle, predicted, costs, {});
  CHECK(all.y == alone.y);
  CHECK(all.gradient == alone.gradient);
}

TEST_CASE("perturbation_gradient: errors say what is wrong") {
  Tape tape;
  const auto oracle = oracle_of(TopK{.n = 3, .k = 1});
  const Var x = tape.variable(Tensor(Shape{2, 3})), c = tape.constant(Tensor(Shape{2, 3}));
  for (const real h : {real(0), real(-1), real(NAN), real(INFINITY)})
    CHECK_THROWS_WITH_AS(perturbation_gradient(oracle, x, c, {.h = h}), doctest::Contains("is not a positive number"),
                         ValueError);
  CHECK_THROWS_WITH_AS(perturbation_gradient(oracle, x, tape.constant(Tensor(Shape{3}))),
                       "perturbation_gradient: shapes differ: predicted [2,3] costs [3]", ShapeError);
  const Var broken = tape.constant(Tensor({2, 3}, real(NAN)));
  CHECK_THROWS_WITH_AS(perturbation_gradient(oracle, x, broken), doctest::Contains("is not finite"), ValueError);
}
