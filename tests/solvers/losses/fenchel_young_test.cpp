#include <doctest/doctest.h>

#include <cmath>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/losses/fenchel_young.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/topk.h>

#include "../cheapest.h"
#include "../rule_runs.h"

using namespace cotape;

TEST_CASE("fenchel_young: ε = 0 is the structured perceptron, from scores and from costs, averaged over the batch") {
  const Tensor theta({2, 3}, {3, 1, 2, 0, 5, 1}), target({2, 3}, {0, 0, 1, 0, 1, 0});
  Rng rng(1);
  const Rng untouched = rng;
  Tape tape;
  const auto oracle = oracle_of(TopK{.n = 3, .k = 1});
  const Var scores = tape.variable(theta);
  const Var loss = fenchel_young(oracle, scores, tape.constant(target), {.epsilon = 0, .samples = 100}, rng);
  CHECK(loss.value().item() == real(0.5));  // (3 − 2) and (5 − 5)
  tape.backward(4 * loss);
  CHECK(scores.gradient() == Tensor({2, 3}, {2, 0, -2, 0, 0, 0}));
  CHECK(rng == untouched);
  CHECK(oracle->diagnostics().calls_forward == 2);
  CHECK(oracle->diagnostics().calls_backward == 0);
  CHECK(oracle->diagnostics().rows == 2);
  CHECK(oracle->diagnostics().zero_rows == 1);

  Tensor costs = theta;
  for (real& value : costs.values()) value = -value;
  const Var x = tape.variable(costs);
  const Var dear =
      fenchel_young(Enumerated{all_subsets(3, 1), Sense::minimise}, x, tape.constant(target), {.epsilon = 0}, rng);
  CHECK(dear.value().item() == real(0.5));
  tape.backward(4 * dear);
  CHECK(x.gradient() == Tensor({2, 3}, {-2, 0, 2, 0, 0, 0}));
}

TEST_CASE("fenchel_young: two draws by hand") {
  // θ = (1, 0), ε = 2, Z = (0, 0), (0, 1): values 1 and 2, solutions (1, 0) and (0, 1); y = (0, 1), ⟨θ, y⟩ = 0.
  Tape tape;
  Rng rng(1);
  const Var x = tape.variable(Tensor({2}, {1, 0}));
  const FenchelYoungOptions options{.epsilon = 2, .samples = 2, .noise = scripted(Tensor({2, 2}, {0, 0, 0, 1}))};
  const Var loss = fenchel_young(TopK{.n = 2, .k = 1}, x, tape.constant(Tensor({2}, {0, 1})), options, rng);
  CHECK(loss.value().item() == real(1.5));
  tape.backward(loss);
  CHECK(x.gradient() == Tensor({2}, {real(0.5), real(-0.5)}));
}

TEST_CASE("fenchel_young: errors say what is wrong") {
  Tape tape;
  Rng rng(1);
  const Solver solver = TopK{.n = 3, .k = 1};
  const Var x = tape.variable(Tensor(Shape{2, 3})), y = tape.constant(Tensor(Shape{2, 3}));
  CHECK_THROWS_WITH_AS(fenchel_young(solver, x, y, {.epsilon = -1}, rng),
                       doctest::Contains("fenchel_young: ε = -1 is negative"), ValueError);
  CHECK_THROWS_WITH_AS(fenchel_young(solver, x, y, {.samples = 0}, rng), doctest::Contains("samples = 0"), ValueError);
  CHECK_THROWS_WITH_AS(fenchel_young(solver, x, tape.constant(Tensor(Shape{3})), {}, rng),
                       doctest::Contains("x [2,3] target [3]"), ShapeError);
  const Var broken = tape.variable(Tensor({2, 3}, real(NAN)));
  CHECK_THROWS_WITH_AS(fenchel_young(solver, broken, y, {}, rng), doctest::Contains("is not finite"), ValueError);
}

TEST_CASE("fenchel_young, multiplicative: two draws by hand") {
  // θ = (2, 3), σ = 1, Z = (½ + ln 2, ½) and (½, ½): the factors are (2, 1) and (1, 1), the solutions (1, 0) of value 4
  // and (0, 1) of value 3; y = (0, 1), ⟨θ, y⟩ = 3. The gradient is ½·(2, 0) + ½·(0, 1) − y.
  Tape tape;
  Rng rng(1);
  const real half = real(0.5), more = half + std::log(real(2));
  const Var x = tape.variable(Tensor({2}, {2, 3})), target = tape.constant(Tensor({2}, {0, 1}));
  const FenchelYoungOptions options{.samples = 2,
                                    .noise = scripted(Tensor({2, 2}, {more, half, half, half})),
                                    .perturbation = Perturbation::multiplicative};
  const Var loss = fenchel_young(TopK{.n = 2, .k = 1}, x, target, options, rng);
  CHECK(loss.value().item() == doctest::Approx(0.5));
  tape.backward(loss);
  CHECK(x.gradient()[0] == doctest::Approx(1));
  CHECK(x.gradient()[1] == doctest::Approx(-0.5));
}

TEST_CASE("fenchel_young, multiplicative: a domain that the noise could leave is refused") {
  struct Bounded : CheapestOrNothing {
    SolverTraits traits() const {
      SolverTraits t = CheapestOrNothing::traits();
      t.domain = {.lower = 1};
      return t;
    }
  };
  Tape tape;
  Rng rng(1);
  const Var x = tape.variable(Tensor({1, 3}, 2)), y = tape.constant(Tensor(Shape{1, 3}));
  CHECK_THROWS_WITH_AS(fenchel_young(Bounded{}, x, y, {.perturbation = Perturbation::multiplicative}, rng),
                       doctest::Contains("multiplicative noise leaves the domain 1 … inf of cheapest_or_nothing"),
                       ValueError);
}
