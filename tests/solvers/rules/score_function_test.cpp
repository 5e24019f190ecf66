#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/rules/score_function.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/topk.h>

#include "../../near.h"
#include "../rule_runs.h"

using namespace cotape;

namespace {

// The gradient that the surrogate gives scores for these losses.
template <class Rule>
Tensor surrogate_gradient(Tape& tape, const Rule& rule, const ScoreSample& sample, const Tensor& losses) {
  tape.backward(rule.surrogate(sample, tape.constant(losses)));
  return sample.scores.gradient();
}

}  // namespace

TEST_CASE("score_function: noise, samples and weights by hand, with each baseline") {
  // τ = 2: scores (1, 0) + 2ε are (1, 0) and (1, 2). Here ν'(ε) = ε, so ∇ log p = (0, 0) and (0, ½).
  const auto gradient = [](LossBaseline baseline, RunningMean running = {}) {
    const ScoreFunction rule{
        .noise = scripted(Tensor({2, 2}, {0, 0, 0, 1})), .tau = 2, .samples = 2, .baseline = baseline};
    *rule.running = running;
    Tape tape;
    Rng rng(1);
    const auto oracle = oracle_of(TopK{.n = 2, .k = 1});
    const ScoreSample sample = rule.sample(tape.variable(Tensor({2}, {1, 0})), oracle, rng);
    CHECK(sample.solutions.all().value() == Tensor({2, 2}, {1, 0, 0, 1}));
    CHECK(sample.slopes.value() == Tensor({2, 2}, {0, 0, 0, real(0.5)}));
    CHECK_FALSE(sample.solutions.all().needs_gradient());
    const Tensor result = surrogate_gradient(tape, rule, sample, Tensor({2}, {3, 7}));
    CHECK(oracle->diagnostics().calls_forward == 2);
    CHECK(oracle->diagnostics().calls_backward == 0);
    CHECK(oracle->diagnostics().rows == 1);
    return result;
  };
  CHECK(gradient(LossBaseline::none) == Tensor({2}, {0, real(7 * 0.5 / 2)}));
  CHECK(gradient(LossBaseline::leave_one_out) == Tensor({2}, {0, real(4 * 0.5 / 2)}));
  CHECK(gradient(LossBaseline::running_mean, {.value = 5, .steps = 1}) == Tensor({2}, {0, real(2 * 0.5 / 2)}));
}

TEST_CASE("score_function: the surrogate's value is the mean loss, losses get the mean's gradient") {
  const ScoreFunction rule{.samples = 3};
  Tape tape;
  Rng rng(1);
  const ScoreSample sample = rule.sample(tape.variable(Tensor(Shape{2, 4})), oracle_of(TopK{.n = 4, .k = 2}), rng);
  const Var losses = tape.variable(Tensor({2, 3}, {1, 2, 3, 4, 5, 9}));
  const Var loss = rule.surrogate(sample, losses);
  CHECK(loss.value() == Tensor::scalar(4));
  tape.backward(2 * loss);
  CHECK(relative_distance(losses.gradient(), Tensor({2, 3}, real(2.0 / 6))) < 1e-6);
}

TEST_CASE("score_function: the running mean starts at the first mean loss and decays; evaluation leaves it") {
  const ScoreFunction rule{.samples = 2, .baseline = LossBaseline::running_mean};
  const auto oracle = oracle_of(TopK{.n = 2, .k = 1});
  Rng rng(1);
  const auto pass = [&](const Tensor& losses, Gradients gradients = Gradients::on) {
    Tape tape(gradients);
    const ScoreSample sample = rule.sample(tape.variable(Tensor({1, 2}, {1, 0})), oracle, rng);
    const Var loss = rule.surrogate(sample, tape.constant(losses));
    if (gradients == Gradients::on) tape.backward(loss);
  };
  pass(Tensor({1, 2}, {1, 3}));
  CHECK(rule.running->value == 2);
  pass(Tensor({1, 2}, {6, 8}));
  CHECK(rule.running->value == doctest::Approx(0.9 * 2 + 0.1 * 7));
  pass(Tensor({1, 2}, {100, 100}), Gradients::off);
  CHECK(rule.running->steps == 2);
  const ScoreFunction copy = rule;
  CHECK(copy.running == rule.running);

  Checkpoint checkpoint;
  rule.save(checkpoint, "rule.");
  const ScoreFunction clone = rule.clone(), fresh{.baseline = LossBaseline::running_mean};
  fresh.load(checkpoint, "rule.");
  CHECK(*fresh.running == *rule.running);
  pass(Tensor({1, 2}, {0, 0}));
  CHECK(rule.running->steps == 3);
  CHECK(*clone.running == *fresh.running);  // the clone has not learned with it
}

TEST_CASE("exact_score_function: samples follow e^⟨θ, z⟩, ∇ log p is z − μ") {
  // 4 of the 6 pairs of 4 items have been listed; μ by enumeration here. Frequencies within 4.5 standard errors.
  const Tensor set({4, 4}, {1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 1}), theta({4}, {1, real(0.3), real(-0.5), 0});
  double p[4], total = 0, mean[4] = {};
  for (int r = 0; r < 4; ++r) {
    double energy = 0;
    for (int i = 0; i < 4; ++i) energy += static_cast<double>(set[4 * r + i] * theta[i]);
    total += p[r] = std::exp(energy);
  }
  for (int r = 0; r < 4; ++r)
    for (int i = 0; i < 4; ++i) mean[i] += p[r] / total * static_cast<double>(set[4 * r + i]);

  const std::int64_t samples = 40000;
  const ExactScoreFunction rule{.solutions = set, .samples = samples};
  Tape tape;
  Rng rng(5);
  const ScoreSample sample = rule.sample(tape.variable(theta), oracle_of(Enumerated{set}), rng);
  REQUIRE(sample.solutions.all().shape() == Shape{samples, 4});
  double counts[4] = {};
  for (std::int64_t s = 0; s < samples; ++s) {
    int row = 0;
    while (!std::equal(set.data() + 4 * row, set.data() + 4 * row + 4, sample.solutions.all().value().data() + 4 * s))
      ++row;
    counts[row] += 1;
    if (s % 997 == 0)
      for (int i = 0; i < 4; ++i)
        CHECK(sample.slopes.value()[4 * s + i] ==
              doctest::Approx(static_cast<double>(set[4 * row + i]) - mean[i]).epsilon(1e-5));
  }
  for (int r = 0; r < 4; ++r) {
    const double share = p[r] / total, error = std::sqrt(share * (1 - share) / static_cast<double>(samples));
    CHECK(std::abs(counts[r] / static_cast<double>(samples) - share) < 4.5 * error);
  }
}

TEST_CASE("exact_score_function: several instances of one example, and the batch, each draw for themselves") {
  // Scores so large that every draw is certain.
  const Tensor set = all_subsets(3, 1);
  Tensor theta(Shape{2, 2, 3});
  const int chosen[] = {2, 0, 1, 1};
  for (std::int64_t row = 0; row < 4; ++row) theta[row * 3 + chosen[row]] = 200;
  const ExactScoreFunction rule{.solutions = set, .samples = 2};
  Tape tape;
  Rng rng(1);
  const ScoreSample sample = rule.sample(tape.variable(theta), oracle_of(Enumerated{set}), rng);
  REQUIRE(sample.solutions.all().shape() == Shape{2, 2, 2, 3});
  for (std::int64_t o = 0; o < 2; ++o)
    for (std::int64_t s = 0; s < 2; ++s)
      for (std::int64_t row = 0; row < 2; ++row)
        CHECK(sample.solutions.all().value().at({o, s, row, chosen[o * 2 + row]}) == 1);
  CHECK(sample.slopes.value() == Tensor(Shape{2, 2, 2, 3}));  // z = μ
}

TEST_CASE("score_function: errors say what is wrong") {
  const auto oracle = oracle_of(TopK{.n = 3, .k = 1});
  Tape tape;
  Rng rng(1);
  const Var x = tape.variable(Tensor(Shape{2, 3}));
  CHECK_THROWS_WITH_AS((ScoreFunction{.tau = 0}.sample(x, oracle, rng)), doctest::Contains("score_function: τ = 0"),
                       ValueError);
  CHECK_THROWS_WITH_AS((ScoreFunction{.samples = 0}.sample(x, oracle, rng)), doctest::Contains("samples = 0"),
                       ValueError);
  CHECK_THROWS_WITH_AS((ScoreFunction{.noise = Uniform{}}.sample(x, oracle, rng)),
                       doctest::Contains("has no density with a derivative"), ValueError);
  const ScoreFunction single{.baseline = LossBaseline::leave_one_out};
  const ScoreSample sample = single.sample(x, oracle, rng);
  CHECK_THROWS_WITH_AS(single.surrogate(sample, tape.constant(Tensor(Shape{2, 1}))),
                       doctest::Contains("leave-one-out baseline needs two samples, not 1"), ValueError);
  CHECK_THROWS_WITH_AS(single.surrogate(sample, tape.constant(Tensor(Shape{2}))),
                       doctest::Contains("losses [2] for samples [2,1,3]: one loss a sample is needed, [2,1]"),
                       ShapeError);
  CHECK_THROWS_WITH_AS((ExactScoreFunction{.solutions = all_subsets(4, 2)}.sample(x, oracle, rng)),
                       doctest::Contains("solutions [6,4] for instances of shape [3]"), ShapeError);
  CHECK_THROWS_WITH_AS((ExactScoreFunction{.solutions = all_subsets(3, 1), .samples = 0}.sample(x, oracle, rng)),
                       doctest::Contains("samples = 0"), ValueError);
  const Var broken = tape.variable(Tensor({3}, {0, 0, real(NAN)}));
  CHECK_THROWS_WITH_AS((ExactScoreFunction{.solutions = all_subsets(3, 1)}.sample(broken, oracle, rng)),
                       doctest::Contains("a score is not finite"), ValueError);
}

TEST_CASE("score function: a running mean of a negative number of steps is refused") {
  RunningMean mean{.value = 1, .steps = 2};
  Checkpoint checkpoint("file");
  mean.save(checkpoint, "rule.");
  checkpoint.put_integer("rule.steps", -2);
  CHECK_THROWS_WITH_AS(mean.load(checkpoint, "rule."), "file: rule.steps is -2, not a count from 0 to 9007199254740992",
                       FileError);
  CHECK(mean == RunningMean{.value = 1, .steps = 2});
}

TEST_CASE("score function: the running mean learns once from what passes that were held back have noted") {
  RunningMean mean{.value = 5, .steps = 1};
  mean.hold_back(true);
  mean.see(1);
  mean.see(3);
  CHECK(mean.value == 5);
  const std::vector<double> notes = mean.take_notes();
  CHECK(notes == std::vector<double>{2, 4});
  CHECK(mean.take_notes() == std::vector<double>{0, 0});
  mean.hold_back(false);
  mean.learn(notes);
  CHECK(mean.value == doctest::Approx(0.9 * 5 + 0.1 * 2));
  CHECK(mean.steps == 2);
}
