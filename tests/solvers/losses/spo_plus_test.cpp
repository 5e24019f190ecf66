#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/solvers/losses/fenchel_young.h>
#include <cotape/solvers/losses/regret.h>
#include <cotape/solvers/losses/spo_plus.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/topk.h>

#include "../rule_runs.h"

using namespace cotape;

namespace {

RuleRun spo_plus_of(const std::shared_ptr<Oracle>& oracle, const Tensor& predicted, const Tensor& costs) {
  Tape tape;
  const Var x = tape.variable(predicted);
  const Var loss = spo_plus(oracle, x, tape.constant(costs));
  tape.backward(loss);
  return {loss.value(), x.gradient()};
}

}  // namespace

TEST_CASE("spo_plus: by hand, from costs and from values") {
  // One of three at least cost: c = (1, 3, 2), ĉ = (4, 1, 1). w*(c) = e₁; 2ĉ − c = (7, −1, 0), w* = e₂ of value −1.
  // −(−1) + 2·4 − 1 = 8, gradient 2(e₁ − e₂).
  const Tensor predicted({1, 3}, {4, 1, 1}), costs({1, 3}, {1, 3, 2});
  const RuleRun cheap = spo_plus_of(oracle_of(Enumerated{all_subsets(3, 1), Sense::minimise}), predicted, costs);
  CHECK(cheap.y.item() == 8);
  CHECK(cheap.gradient == Tensor({1, 3}, {2, -2, 0}));
  // The dearest one: w*(c) = e₂; 2ĉ − c = (7, −1, 0), w* = e₁ of value 7. 7 − 2·1 + 3 = 8, gradient 2(e₁ − e₂).
  const auto oracle = oracle_of(TopK{.n = 3, .k = 1});
  const RuleRun dear = spo_plus_of(oracle, predicted, costs);
  CHECK(dear.y.item() == 8);
  CHECK(dear.gradient == Tensor({1, 3}, {2, -2, 0}));
  CHECK(oracle->diagnostics().calls_forward == 2);  // the right decision, and the loss
  CHECK(oracle->diagnostics().calls_backward == 0);
}

TEST_CASE("spo_plus: it is the perceptron at 2ĉ − c, bounds the regret from above, and rests where costs are known") {
  for (const Sense sense : {Sense::minimise, Sense::maximise})
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
      const auto oracle = oracle_of(Enumerated{all_subsets(5, 2), sense});
      const Tensor predicted = standard_normal({1, 5}, seed), costs = standard_normal({1, 5}, 1000 + seed);
      const RuleRun run = spo_plus_of(oracle, predicted, costs);
      const Regret judged = regret(oracle, predicted, costs);
      CHECK(static_cast<double>(run.y.item()) >= judged.total() - 1e-5);

      Tape tape;
      Rng rng(1);
      Tensor decisions(costs.shape()), scores = costs;
      if (sense == Sense::minimise)
        for (real& score : scores.values()) score = -score;
      oracle->argmax(scores, decisions);
      const Var x = tape.variable(predicted);
      const Var perceptron =
          fenchel_young(oracle, 2 * x - tape.constant(costs), tape.constant(decisions), {.epsilon = 0}, rng);
      tape.backward(perceptron);
      CHECK(run.y == perceptron.value());
      CHECK(run.gradient == x.gradient());

      const RuleRun known = spo_plus_of(oracle, costs, costs);
      CHECK(known.y.item() == doctest::Approx(0).epsilon(1e-5));
      CHECK(known.gradient == Tensor(Shape{1, 5}));
    }
}

TEST_CASE("spo_plus: a mean over the batch, a single instance, and costs outside the domain") {
  const auto oracle = oracle_of(TopK{.n = 4, .k = 2});
  const Tensor predicted = standard_normal({3, 4}, 1), costs = standard_normal({3, 4}, 2);
  const RuleRun batch = spo_plus_of(oracle, predicted, costs);
  double sum = 0;
  for (std::int64_t b = 0; b < 3; ++b) {
    const auto row = [b](const Tensor& x) { return Tensor(Shape{4}, x.values().subspan(b * 4, 4)); };
    const RuleRun one = spo_plus_of(oracle, row(predicted), row(costs));
    sum += static_cast<double>(one.y.item());
    for (std::int64_t i = 0; i < 4; ++i)
      CHECK(batch.gradient[b * 4 + i] == doctest::Approx(one.gradient[i] / 3).epsilon(1e-6));
  }
  CHECK(batch.y.item() == doctest::Approx(sum / 3).epsilon(1e-5));
  // 2ĉ − c = −3 in one corner is solved as 0 and has no gradient.
  const RuleRun path = spo_plus_of(oracle_of(GridPath{.height = 2, .width = 2, .neighbours = Neighbours::four}),
                                   Tensor({1, 2, 2}, {1, -1, 5, 1}), Tensor({1, 2, 2}, {1, 1, 0, 1}));
  CHECK(path.gradient == Tensor({1, 2, 2}, {0, 0, 2, 0}));
}

TEST_CASE("spo_plus: errors say what is wrong") {
  Tape tape;
  const auto oracle = oracle_of(TopK{.n = 3, .k = 1});
  const Var x = tape.variable(Tensor(Shape{2, 3})), c = tape.constant(Tensor(Shape{2, 3}));
  CHECK_THROWS_WITH_AS(spo_plus(oracle, x, tape.constant(Tensor(Shape{3}))),
                       "spo_plus: shapes differ: predicted [2,3] costs [3]", ShapeError);
  CHECK_THROWS_WITH_AS(spo_plus(oracle, x, c, tape.constant(Tensor(Shape{3}))), doctest::Contains("x [2,3] target [3]"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(spo_plus(oracle, tape.variable(Tensor({2, 3}, real(NAN))), c),
                       doctest::Contains("is not finite"), ValueError);
  CHECK_THROWS_WITH_AS(spo_plus(oracle, tape.variable(Tensor(Shape{2, 4})), tape.constant(Tensor(Shape{2, 4}))),
                       doctest::Contains("[2,4]"), ShapeError);
}
