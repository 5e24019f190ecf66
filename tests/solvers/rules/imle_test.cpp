#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/solvers/rules/blackbox.h>
#include <cotape/solvers/rules/imle.h>
#include <cotape/solvers/select/topk.h>

#include "../../near.h"
#include "../rule_runs.h"

using namespace cotape;

namespace {

const Side sides[] = {Side::target, Side::away, Side::central};

}  // namespace

TEST_CASE("imle: two samples by hand, with the noise of the forward pass in both points") {
  // Scores (1, 0.5, 0) with noise (0, 0, 0) and (0, 2, 0): solutions are the first and the second item.
  const Tensor noise({2, 3}, {0, 0, 0, 0, 1, 0});
  const Imle rule{.lambda = 1, .noise = scripted(noise), .tau = 2, .samples = 2};
  const auto oracle = oracle_of(TopK{.n = 3, .k = 1});
  // dy arrives halved by the mean over two samples: g = (2, 0, −2) and (0, 1, 0), then moved scores are (−1, 0.5, 2)
  // and (1, 1.5, 0). The second stays with its item.
  const RuleRun run =
      run_rule(rule, oracle, Tensor({3}, {1, real(0.5), 0}), Tensor({2, 3}, {1, 0, -1, 0, real(0.5), 0}));
  CHECK(run.y == Tensor({2, 3}, {1, 0, 0, 0, 1, 0}));
  CHECK(run.gradient == Tensor({3}, {real(0.5), 0, real(-0.5)}));
  CHECK(oracle->diagnostics().calls_forward == 2);
  CHECK(oracle->diagnostics().calls_backward == 2);
  CHECK(oracle->diagnostics().lambda == 1);
  CHECK(oracle->diagnostics().rows == 1);
}

TEST_CASE("imle: without noise and with one sample it is blackbox, on every side, bit for bit") {
  const auto oracle = oracle_of(TopK{.n = 6, .k = 3});
  const Tensor scores = standard_normal({40, 6}, 1), dy = standard_normal({40, 6}, 2);
  for (const Side side : sides)
    for (const real lambda : {real(0.5), real(3)}) {
      const RuleRun blackbox = run_rule(Blackbox{lambda, side}, oracle, scores, dy);
      const RuleRun imle = run_rule(Imle{.lambda = lambda, .noise = Normal{}, .tau = 0, .side = side}, oracle, scores,
                                    dy.reshaped({40, 1, 6}));
      CHECK(imle.y == blackbox.y.reshaped({40, 1, 6}));
      CHECK(imle.gradient == blackbox.gradient);
      const RuleRun none =
          run_rule(Imle{.lambda = lambda, .noise = NoNoise{}, .side = side}, oracle, scores, dy.reshaped({40, 1, 6}));
      CHECK(none.gradient == blackbox.gradient);
    }
}

TEST_CASE("imle: repeating each sample with the same noise changes nothing") {
  const auto oracle = oracle_of(TopK{.n = 6, .k = 3});
  const Tensor scores = standard_normal({30, 6}, 1), dy = standard_normal({30, 6}, 2),
               noise = standard_normal({30, 6}, 3);
  for (const Side side : sides) {
    const auto run = [&](std::int64_t samples) {
      const Imle rule{.lambda = 2, .noise = scripted(repeated(noise, samples)), .samples = samples, .side = side};
      return run_rule(rule, oracle, scores, repeated(dy, samples, 1 / static_cast<real>(samples)));
    };
    const RuleRun once = run(1), eight = run(8);
    CHECK(once.gradient != Tensor(scores.shape()));
    CHECK(relative_distance(eight.gradient, once.gradient) < 1e-6);
    CHECK(eight.y == repeated(once.y.reshaped({30, 6}), 8));
  }
}

TEST_CASE("imle: a mean over samples downstream is what it expects") {
  // The loss mean_s ⟨c, z_s⟩ hands each sample c/S; the expectation of the estimate does not depend on S, and its error
  // falls as 1/√S. Rows are independent; 5 standard errors, fixed seeds.
  const auto oracle = oracle_of(TopK{.n = 4, .k = 2});
  const Tensor theta({4}, {real(0.3), 0, real(-0.2), 1}), c({4}, {1, -1, real(0.5), 0});
  const auto estimate = [&](std::int64_t samples, std::int64_t rows, std::uint64_t seed) {
    Tape tape;
    Rng rng(seed);
    const Var x = tape.variable(tiled(theta, rows));
    const Var z = Imle{.lambda = 1, .noise = Normal{}, .samples = samples}(x, oracle, rng).all();
    tape.backward(sum(mean(z * tape.constant(c), 1)));
    return Tensor(x.gradient());
  };
  const Tensor many = estimate(500, 400, 1);
  Tensor expected(Shape{4});
  for (std::int64_t i = 0; i < many.size(); ++i) expected[i % 4] += many[i] / 400;
  CHECK(worst_deviation(estimate(1, 4000, 2), expected) < 5);
  CHECK(worst_deviation(estimate(7, 2000, 3), expected) < 5);
  CHECK(worst_deviation(estimate(1, 4000, 2), Tensor(Shape{4})) > 20);
}

TEST_CASE("imle: one thread and two give the same bits") {
  const auto oracle = oracle_of(TopK{.n = 20, .k = 10});
  const Tensor scores = standard_normal({300, 20}, 1), dy = standard_normal({300, 5, 20}, 2);
  const auto run = [&](int threads) {
    const ThreadLimit limit(threads);
    return run_rule(Imle{.lambda = 10, .samples = 5, .side = Side::central}, oracle, scores, dy);
  };
  const RuleRun one = run(1), two = run(2);
  CHECK(one.y == two.y);
  CHECK(one.gradient == two.gradient);
}

TEST_CASE("imle: errors say what is wrong") {
  const auto oracle = oracle_of(TopK{.n = 3, .k = 1});
  Tape tape;
  Rng rng(1);
  const Var x = tape.variable(Tensor(Shape{2, 3}));
  CHECK_THROWS_WITH_AS((Imle{.lambda = 0}(x, oracle, rng)), doctest::Contains("imle: λ = 0 is not a positive number"),
                       ValueError);
  CHECK_THROWS_WITH_AS((Imle{.samples = 0}(x, oracle, rng)), doctest::Contains("samples = 0: at least one is needed"),
                       ValueError);
  const Var broken = tape.variable(Tensor({3}, {0, 0, real(NAN)}));
  CHECK_THROWS_WITH_AS(Imle{}(broken, oracle, rng), doctest::Contains("index 2 is not finite"), ValueError);
}
