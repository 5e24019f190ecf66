#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/rules/perturbed.h>
#include <cotape/solvers/select/topk.h>

#include "../../near.h"
#include "../rule_runs.h"

using namespace cotape;

TEST_CASE("perturbed: two samples by hand, with each baseline") {
  // σ = 2: scores (1, 0) + 2Z are (1, 0) and (1, 2): solutions (1, 0) and (0, 1), mean (½, ½), y(θ) = (1, 0).
  // Here ν'(Z) = Z = (0, 0) and (0, 1). dy = (3, 5): ⟨y_m, dy⟩ = 3 and 5, ⟨y(θ), dy⟩ = 3.
  const Noise noise = scripted(Tensor({2, 2}, {0, 0, 0, 1}));
  const Tensor theta({2}, {1, 0}), dy({2}, {3, 5});
  const auto run = [&](Baseline baseline, std::shared_ptr<Oracle> oracle = oracle_of(TopK{.n = 2, .k = 1})) {
    return run_rule(Perturbed{.noise = noise, .sigma = 2, .samples = 2, .baseline = baseline}, oracle, theta, dy);
  };
  CHECK(run(Baseline::none).y == Tensor({2}, {real(0.5), real(0.5)}));
  CHECK(run(Baseline::none).gradient == Tensor({2}, {0, real(5.0 / 4)}));           // 5/(2·2)
  CHECK(run(Baseline::leave_one_out).gradient == Tensor({2}, {0, real(2.0 / 4)}));  // 5 − 3
  CHECK(run(Baseline::unperturbed).gradient == Tensor({2}, {0, real(2.0 / 4)}));    // 5 − 3
  const auto counted = oracle_of(TopK{.n = 2, .k = 1});
  run(Baseline::none, counted);
  CHECK(counted->diagnostics().calls_forward == 2);
  run(Baseline::unperturbed, counted);
  CHECK(counted->diagnostics().calls_forward == 5);
  CHECK(counted->diagnostics().calls_backward == 0);
  CHECK(counted->diagnostics().rows == 2);
}

TEST_CASE("perturbed: baselines with three samples differ as they should") {
  // Solutions (1, 0), (0, 1), (0, 1); weights 3, 5, 5; ν' in the second column: 0, 1, 2.
  const Noise noise = scripted(Tensor({3, 2}, {0, 0, 0, 1, 0, 2}));
  const Tensor theta({2}, {real(0.5), 0}), dy({2}, {3, 5});
  const auto second = [&](Baseline baseline) {
    return run_rule(Perturbed{.noise = noise, .samples = 3, .baseline = baseline}, oracle_of(TopK{.n = 2, .k = 1}),
                    theta, dy)
        .gradient[1];
  };
  CHECK(second(Baseline::none) == doctest::Approx((5 * 1 + 5 * 2) / 3.0));
  CHECK(second(Baseline::leave_one_out) == doctest::Approx((5 - 4.0) * (1 + 2) / 3.0));
  CHECK(second(Baseline::unperturbed) == doctest::Approx((5 - 3.0) * (1 + 2) / 3.0));
}

TEST_CASE("perturbed: instances beyond the batch axis do not touch each other") {
  // [batch, 2, n]: two instances of one example. A cotangent on the first leaves the second's gradient zero.
  const auto oracle = oracle_of(TopK{.n = 4, .k = 2});
  const Tensor theta = standard_normal({3, 2, 4}, 1);
  Tensor dy = standard_normal({3, 2, 4}, 2);
  for (std::int64_t o = 0; o < 3; ++o)
    for (std::int64_t i = 4; i < 8; ++i) dy[o * 8 + i] = 0;
  for (const Baseline baseline : {Baseline::none, Baseline::leave_one_out, Baseline::unperturbed}) {
    const RuleRun run = run_rule(Perturbed{.noise = Gumbel{}, .samples = 20, .baseline = baseline}, oracle, theta, dy);
    CHECK(run.y.shape() == theta.shape());
    for (std::int64_t i = 0; i < run.gradient.size(); ++i) CHECK((run.gradient[i] == 0) == (i % 8 >= 4));
  }
}

TEST_CASE("perturbed: as σ → 0 it is y(θ)") {
  const auto oracle = oracle_of(TopK{.n = 6, .k = 3});
  const Tensor theta = standard_normal({50, 6}, 1);
  for (const Noise& noise : {Noise(Normal{}), Noise(Gumbel{}), Noise(Laplace{})})
    CHECK(relative_distance(
              run_rule(Perturbed{.noise = noise, .sigma = real(1e-6), .samples = 8}, oracle, theta, theta).y,
              solve(oracle, theta)) < 1e-6);
}

TEST_CASE("perturbed: leave-one-out and y(θ) lower the variance") {
  const auto oracle = oracle_of(TopK{.n = 5, .k = 2});
  const Tensor theta = tiled(standard_normal({5}, 1), 2000), dy = tiled(Tensor({5}, {3, 2, 4, 3, 2}), 2000);
  const auto spread = [&](Baseline baseline) {
    const Perturbed rule{.noise = Normal{}, .sigma = real(0.5), .samples = 4, .baseline = baseline};
    const Tensor gradient = run_rule(rule, oracle, theta, dy).gradient;
    double squares = 0;
    for (const real value : gradient.values()) squares += static_cast<double>(value) * static_cast<double>(value);
    return squares;
  };
  CHECK(spread(Baseline::leave_one_out) < 0.5 * spread(Baseline::none));
  CHECK(spread(Baseline::unperturbed) < spread(Baseline::leave_one_out));
}

TEST_CASE("perturbed: errors say what is wrong; noise without a derivative serves evaluation only") {
  const auto oracle = oracle_of(TopK{.n = 3, .k = 1});
  Tape tape;
  Rng rng(1);
  const Var x = tape.variable(Tensor(Shape{2, 3}));
  CHECK_THROWS_WITH_AS((Perturbed{.sigma = 0}(x, oracle, rng)),
                       doctest::Contains("perturbed: σ = 0 is not a positive number"), ValueError);
  CHECK_THROWS_WITH_AS((Perturbed{.samples = 0}(x, oracle, rng)), doctest::Contains("samples = 0"), ValueError);
  CHECK_THROWS_WITH_AS((Perturbed{.samples = 1, .baseline = Baseline::leave_one_out}(x, oracle, rng)),
                       doctest::Contains("leave-one-out baseline needs two samples, not 1"), ValueError);
  CHECK_THROWS_WITH_AS((Perturbed{.noise = Uniform{}}(x, oracle, rng)),
                       doctest::Contains("has no density with a derivative"), ValueError);
  const Var constant = tape.constant(Tensor(Shape{2, 3}));
  CHECK(sum(Perturbed{.noise = Uniform{}, .samples = 4}(constant, oracle, rng)).value().item() == 2);
  const Var broken = tape.variable(Tensor({3}, {real(INFINITY), 0, 0}));
  CHECK_THROWS_WITH_AS(Perturbed{}(broken, oracle, rng), doctest::Contains("index 0 is not finite"), ValueError);
}
