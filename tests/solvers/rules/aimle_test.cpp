#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/rules/aimle.h>
#include <cotape/solvers/rules/imle.h>
#include <cotape/solvers/select/topk.h>

#include <limits>

#include "../../near.h"
#include "../rule_runs.h"

using namespace cotape;

namespace {

const Side sides[] = {Side::target, Side::away, Side::central};

AimleAdaptation frozen(double alpha, bool as_published_code = false) {
  return {.initial_alpha = alpha, .step = 0, .as_published_code = as_published_code};
}

double norm_of(const Tensor& x) {
  double squares = 0;
  for (const real value : x.values()) squares += static_cast<double>(value) * static_cast<double>(value);
  return std::sqrt(squares);
}

}  // namespace

TEST_CASE("aimle: with α frozen it is I-MLE with λ = α·mean_s ‖θ‖/‖g_s‖") {
  const auto oracle = oracle_of(TopK{.n = 6, .k = 3});
  int moved = 0;
  for (const std::int64_t samples : {1, 5})
    for (const Side side : sides) {
      const Tensor theta = standard_normal({1, 6}, 1), dy = standard_normal({1, samples, 6}, 2);
      double ratio = 0;
      for (std::int64_t s = 0; s < samples; ++s) {
        const Tensor one({6}, dy.values().subspan(static_cast<std::size_t>(6 * s), 6));
        ratio += norm_of(theta) / (static_cast<double>(samples) * norm_of(one)) / static_cast<double>(samples);
      }
      const Aimle adaptive{.samples = samples, .side = side, .adaptation = frozen(2.0)};
      const RuleRun run = run_rule(adaptive, oracle, theta, dy);
      const Imle fixed{.lambda = static_cast<real>(2.0 * ratio), .samples = samples, .side = side};
      const RuleRun expected = run_rule(fixed, oracle, theta, dy);
      CHECK(run.y == expected.y);
      moved += expected.gradient != Tensor(theta.shape());
      CHECK(relative_distance(run.gradient, expected.gradient) < 1e-5);
      CHECK(adaptive.state->lambda == doctest::Approx(2.0 * ratio).epsilon(1e-5));
      CHECK(oracle->diagnostics().lambda == adaptive.state->lambda);
    }
  CHECK(moved >= 4);
}

TEST_CASE("aimle: each example has its own λ, as if it were alone") {
  const auto oracle = oracle_of(TopK{.n = 6, .k = 3});
  const Tensor theta = standard_normal({3, 6}, 1), noise = standard_normal({3, 1, 6}, 4);
  Tensor dy = standard_normal({3, 1, 6}, 2);
  for (std::int64_t i = 0; i < 6; ++i) dy[i] *= 100;
  const auto rule = [&](const Tensor& draws) {
    return Aimle{.noise = scripted(draws), .side = Side::central, .adaptation = frozen(1)};
  };
  const RuleRun all = run_rule(rule(noise), oracle, theta, dy);
  for (std::size_t row = 0; row < 3; ++row) {
    const auto part = [&](const Tensor& x) { return x.values().subspan(6 * row, 6); };
    const RuleRun one = run_rule(rule(Tensor({1, 1, 6}, part(noise))), oracle, Tensor({1, 6}, part(theta)),
                                 Tensor({1, 1, 6}, part(dy)));
    CHECK(relative_distance(one.gradient, Tensor({1, 6}, part(all.gradient))) < 1e-6);
  }
}

TEST_CASE("aimle: the step does not depend on the scale of dy, the gradient scales with it") {
  const auto oracle = oracle_of(TopK{.n = 6, .k = 3});
  const Tensor theta = standard_normal({8, 6}, 1), dy = standard_normal({8, 2, 6}, 2);
  Tensor scaled = dy;
  for (real& value : scaled.values()) value *= 1024;
  const Aimle rule{.samples = 2, .adaptation = frozen(1)};
  Tensor small = run_rule(rule, oracle, theta, dy).gradient;
  for (real& value : small.values()) value *= 1024;
  CHECK(relative_distance(run_rule(rule, oracle, theta, scaled).gradient, small) < 1e-6);
}

TEST_CASE("aimle: α = 0 and rows without cotangent give exactly zero, and no NaN") {
  const auto oracle = oracle_of(TopK{.n = 6, .k = 3});
  const Tensor theta = standard_normal({2, 6}, 1);
  const Aimle fresh{};
  CHECK(run_rule(fresh, oracle, theta, standard_normal({2, 1, 6}, 2)).gradient == Tensor(theta.shape()));
  CHECK(fresh.state->lambda == 0);

  Tensor dy = standard_normal({2, 2, 6}, 2);
  for (std::int64_t i = 0; i < 12; ++i) dy[i] = 0;   // the first example has no cotangent at all
  for (std::int64_t i = 12; i < 18; ++i) dy[i] = 0;  // the second only in its second sample
  const Tensor noise = standard_normal({2, 2, 6}, 3);
  const Aimle rule{.noise = scripted(noise), .samples = 2, .adaptation = frozen(1)};
  const RuleRun run = run_rule(rule, oracle, theta, dy);
  CHECK(run.gradient.finite());
  for (std::int64_t i = 0; i < 6; ++i) CHECK(run.gradient[i] == 0);
  const Tensor last({6}, dy.values().subspan(18, 6));
  CHECK(rule.state->lambda ==
        doctest::Approx(norm_of(Tensor({6}, theta.values().subspan(6, 6))) / (2 * norm_of(last)) / 2).epsilon(1e-5));

  const RuleRun zero = run_rule(rule, oracle, Tensor(Shape{2, 6}), dy);  // ‖θ‖ = 0
  CHECK(zero.gradient == Tensor(Shape{2, 6}));
  CHECK(run_rule(rule, oracle, theta, Tensor(Shape{2, 2, 6})).gradient == Tensor(theta.shape()));
}

TEST_CASE("aimle: α and ḡ follow the paper, step by step") {
  const auto oracle = oracle_of(TopK{.n = 3, .k = 1});
  const Tensor theta({1, 3}, {1, 0, 0});
  const Tensor dy({1, 1, 3}, {1, -1, 0});  // ‖θ‖/‖g‖ = 1/√2; the solution changes once 1 − λ < λ: α > √½
  const Aimle rule{.noise = NoNoise{}, .adaptation = {.initial_alpha = 0.6, .step = 0.1}};
  const AimleState& state = *rule.state;
  CHECK(state == AimleState{.alpha = 0.6});
  double sparsity = 1;
  const auto expect = [&](double alpha, double nonzeros, int steps) {
    run_rule(rule, oracle, theta, dy);
    sparsity = 0.9 * sparsity + 0.1 * nonzeros;
    CHECK(state.alpha == doctest::Approx(alpha));
    CHECK(state.sparsity == doctest::Approx(sparsity));
    CHECK(state.steps == steps);
  };
  expect(0.7, 0, 1);                                             // ḡ = 0.9
  expect(0.8, 0, 2);                                             // ḡ = 0.81
  expect(0.9, 2, 3);                                             // ḡ = 0.929
  CHECK(state.lambda == doctest::Approx(0.8 / std::sqrt(2.0)));  // the λ of this pass, before α moved
  expect(0.8, 2, 4);                                             // ḡ = 1.0361 > 1
  expect(0.7, 2, 5);
  expect(0.6, 0, 6);  // ḡ = 1.0192
  expect(0.7, 0, 7);

  const Aimle low{.noise = NoNoise{}, .adaptation = {.initial_alpha = 0.05, .step = 0.1, .nonzeros = 0.5}};
  run_rule(low, oracle, theta, dy);
  CHECK(low.state->alpha == 0);  // never negative
}

TEST_CASE("aimle: at ḡ = c the paper raises α and the code lowers it") {
  const auto oracle = oracle_of(TopK{.n = 3, .k = 1});
  const Tensor theta({1, 3}, {1, 0, 0}), dy({1, 1, 3}, {1, -1, 0});
  for (const bool as_code : {false, true}) {
    const Aimle rule{
        .noise = NoNoise{},
        .adaptation = {
            .initial_alpha = 0.5, .step = 0.125, .nonzeros = 0.5, .decay = 0.5, .as_published_code = as_code}};
    run_rule(rule, oracle, theta, dy);  // ḡ = ½·1 + ½·0
    CHECK(rule.state->sparsity == 0.5);
    CHECK(rule.state->alpha == (as_code ? 0.375 : 0.625));
  }
}

TEST_CASE("aimle: as_code takes one λ from the norms of the batch and divides by √S too much") {
  CHECK(Aimle{}.state->alpha == 0);
  CHECK(Aimle{}.adaptation.step == 1e-3);
  const Aimle code{.adaptation = AimleAdaptation::as_code()};
  CHECK(code.state->alpha == 1);
  CHECK(code.adaptation.step == 1e-4);

  const auto oracle = oracle_of(TopK{.n = 6, .k = 3});
  for (const std::int64_t samples : {1, 4}) {
    const Tensor theta = standard_normal({5, 6}, 1), dy = standard_normal({5, samples, 6}, 2);
    const double root = std::sqrt(static_cast<double>(samples));
    const double lambda = 0.7 * root * norm_of(theta) / (static_cast<double>(samples) * norm_of(dy));
    const Aimle adaptive{.samples = samples, .side = Side::central, .adaptation = frozen(0.7, true)};
    Tensor got = run_rule(adaptive, oracle, theta, dy).gradient;
    for (real& value : got.values()) value *= static_cast<real>(root);
    const Imle fixed{.lambda = static_cast<real>(lambda), .samples = samples, .side = Side::central};
    CHECK(relative_distance(got, run_rule(fixed, oracle, theta, dy).gradient) < 1e-5);
  }
}

TEST_CASE("aimle: repeating each sample with the same noise changes neither gradient nor state") {
  const auto oracle = oracle_of(TopK{.n = 6, .k = 3});
  const Tensor theta = standard_normal({9, 6}, 1), dy = standard_normal({9, 6}, 2), noise = standard_normal({9, 6}, 3);
  const auto run = [&](std::int64_t samples, AimleState& state) {
    const Aimle rule{
        .noise = scripted(repeated(noise, samples)), .samples = samples, .adaptation = {.initial_alpha = 0.8}};
    const Tensor gradient =
        run_rule(rule, oracle, theta, repeated(dy, samples, 1 / static_cast<real>(samples))).gradient;
    state = *rule.state;
    return gradient;
  };
  AimleState one, eight;
  const Tensor expected = run(1, one);
  CHECK(relative_distance(run(8, eight), expected) < 1e-6);
  CHECK(eight.alpha == one.alpha);
  CHECK(eight.sparsity == doctest::Approx(one.sparsity));
  CHECK(eight.lambda == doctest::Approx(one.lambda));
}

TEST_CASE("aimle: copies share the state, a stored state resumes bit for bit") {
  const auto oracle = oracle_of(TopK{.n = 6, .k = 3});
  const Tensor theta = standard_normal({4, 6}, 1), dy = standard_normal({4, 2, 6}, 2);
  const Aimle rule{.samples = 2, .adaptation = {.initial_alpha = 0.5, .step = 0.05}};
  const Aimle copy = rule;
  for (std::uint64_t step = 0; step < 5; ++step) run_rule(copy, oracle, theta, dy, step);
  CHECK(rule.state->steps == 5);
  const AimleState stored = *rule.state;
  Checkpoint checkpoint;
  rule.save(checkpoint, "place.");
  CHECK(checkpoint.number("place.alpha") == stored.alpha);
  const Aimle clone = rule.clone();
  const Tensor next = run_rule(rule, oracle, theta, dy, 9).gradient;
  CHECK(*clone.state == stored);  // the clone has not learned with it
  CHECK(run_rule(clone, oracle, theta, dy, 9).gradient == next);

  const Aimle resumed{.samples = 2, .adaptation = {.initial_alpha = 0.5, .step = 0.05}};
  resumed.load(checkpoint, "place.");
  CHECK(run_rule(resumed, oracle, theta, dy, 9).gradient == next);
  CHECK(*resumed.state == *rule.state);
  CHECK(*resumed.state != stored);
}

TEST_CASE("aimle: an evaluation changes no state, an empty batch neither; S = 0 is refused") {
  const auto oracle = oracle_of(TopK{.n = 3, .k = 1});
  const Aimle rule{};
  Tape evaluation(Gradients::off);
  Rng rng(1);
  rule(evaluation.variable(Tensor(Shape{2, 3})), oracle, rng);
  run_rule(rule, oracle, Tensor(Shape{0, 3}), Tensor(Shape{0, 1, 3}));
  CHECK(*rule.state == AimleState{});
  CHECK_THROWS_WITH_AS((Aimle{.samples = 0}(evaluation.variable(Tensor(Shape{2, 3})), oracle, rng)),
                       doctest::Contains("samples = 0"), ValueError);
}

TEST_CASE("aimle: held back, the halves of a batch leave the state; it then learns from both as from the batch") {
  const auto oracle = oracle_of(TopK{.n = 6, .k = 3});
  const Tensor theta = standard_normal({4, 6}, 1), dy = standard_normal({4, 1, 6}, 2),
               noise = standard_normal({4, 6}, 3);
  const AimleAdaptation how{.initial_alpha = 0.8, .step = 0.05};
  const auto rows = [](const Tensor& x, std::size_t half) {
    return Tensor(x.shape().with(0, 2), x.values().subspan(half * 12, 12));
  };
  const Aimle whole{.noise = scripted(noise), .adaptation = how};
  const Tensor expected = run_rule(whole, oracle, theta, dy).gradient;

  const Aimle halves{.adaptation = how};
  const AimleState start = *halves.state;
  halves.hold_back(true);
  std::vector<double> notes(3);
  for (const std::size_t half : {1, 0}) {
    Aimle copy = halves;
    copy.noise = scripted(rows(noise, half));
    const Tensor gradient = run_rule(copy, oracle, rows(theta, half), rows(dy, half)).gradient;
    CHECK(relative_distance(gradient, rows(expected, half)) < 1e-6);
    CHECK(halves.state->alpha == start.alpha);
    CHECK(halves.state->steps == 0);
    const std::vector<double> noted = halves.take_notes();
    for (std::size_t i = 0; i < notes.size(); ++i) notes[i] += noted[i];
    CHECK(halves.take_notes() == std::vector<double>{0, 0, 0});
  }
  halves.hold_back(false);
  CHECK(*halves.state == start);
  halves.learn(notes);
  CHECK(halves.state->alpha == whole.state->alpha);
  CHECK(halves.state->steps == 1);
  CHECK(halves.state->sparsity == doctest::Approx(whole.state->sparsity));
  CHECK(halves.state->lambda == doctest::Approx(whole.state->lambda));
  halves.learn(std::vector<double>{0, 0, 0});  // of shards without gradient
  CHECK(halves.state->steps == 1);
}

TEST_CASE("aimle: a state that it cannot have had is refused, and the old one stays") {
  const Aimle rule;
  *rule.state = {.alpha = 2, .sparsity = 0.5, .lambda = 3, .steps = 4};
  const AimleState state = *rule.state;
  Checkpoint good("file");
  rule.save(good, "rule.");
  const auto refused = [&](const auto& change, const char* message) {
    Checkpoint bad = good;
    change(bad);
    CHECK_THROWS_WITH_AS(rule.load(bad, "rule."), message, FileError);
    CHECK(*rule.state == state);
  };
  refused([](Checkpoint& c) { c.put_number("rule.alpha", -1); },
          "file: rule.alpha is -1, not a finite number of 0 or more");
  refused([](Checkpoint& c) { c.put_number("rule.lambda", std::numeric_limits<double>::infinity()); },
          "file: rule.lambda is inf, not a finite number of 0 or more");
  refused([](Checkpoint& c) { c.put_number("rule.sparsity", std::numeric_limits<double>::infinity()); },
          "file: rule.sparsity is inf, not a finite number");
  refused([](Checkpoint& c) { c.put_integer("rule.steps", -1); },
          "file: rule.steps is -1, not a count from 0 to 9007199254740992");
}
