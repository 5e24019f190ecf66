#include <cotape/apps/common/train/solver_layer.h>
#include <cotape/apps/common/train/solver_metrics.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/rules/blackbox.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/rules/imle.h>
#include <cotape/solvers/rules/perturbed.h>
#include <cotape/solvers/rules/straight_through.h>
#include <cotape/solvers/select/topk.h>
#include <doctest/doctest.h>

#include "../../normal_tensor.h"

using namespace cotape;
using namespace cotape::app;

namespace {

struct Step {
  Tensor solutions, gradient;
};

// Solutions of three instances of top-2 of 6, and the gradient of Σ w ⊙ solutions.
template <class Layer>
Step step_of(const Layer& layer) {
  Tape tape;
  Rng rng(3);
  const Var scores = tape.variable(normal_tensor(Shape{3, 6}, 1));
  const Var solutions = layer(scores, rng);
  tape.backward(sum(solutions * tape.constant(normal_tensor(Shape{6}, 2))));
  return {solutions.value(), scores.gradient()};
}

const TopK solver{.n = 6, .k = 2};

template <class Rule>
void check_same(const RuleSettings& settings, const Rule& rule) {
  CAPTURE(settings.rule);
  const auto direct = differentiable(solver, rule);
  const Step expected = step_of([&](Var x, Rng& rng) {
    if constexpr (DeterministicRule<Rule>)
      return direct(x);
    else
      return direct(x, rng);
  });
  const SolverLayer layer(solver, settings);
  const Step found = step_of(layer);
  CHECK(found.solutions.values().size() == expected.solutions.values().size());
  CHECK(found.solutions.reshaped(expected.solutions.shape()) == expected.solutions);
  CHECK(found.gradient == expected.gradient);
  CHECK(layer.diagnostics().calls() == direct.diagnostics().calls());
}

}  // namespace

TEST_CASE("solver layer: a rule by name is that rule") {
  const auto named = [](const char* rule) {
    return RuleSettings{.rule = rule, .lambda = 3, .noise = Gumbel{}, .scale = 0.5, .samples = 2};
  };
  check_same(named("identity"), Identity{});
  check_same(named("blackbox"), Blackbox{3});
  check_same(named("straight-through"), StraightThrough{Gumbel{}, 0.5, 2});
  check_same(named("imle"), Imle{3, Gumbel{}, 0.5, 2});
  check_same(named("imle-central"), Imle{3, Gumbel{}, 0.5, 2, Side::central});
  check_same(named("aimle"), Aimle{.noise = Gumbel{}, .tau = 0.5, .samples = 2});
  check_same(named("aimle-central"), Aimle{.noise = Gumbel{}, .tau = 0.5, .samples = 2, .side = Side::central});
  check_same(named("perturbed"), Perturbed{Gumbel{}, 0.5, 2, Baseline::unperturbed});
  CHECK_THROWS_WITH_AS(SolverLayer(solver, named("magic")), "no gradient rule \"magic\"", ValueError);
}

TEST_CASE("solver layer: solutions have a sample axis") {
  CHECK(step_of(SolverLayer(solver, {.rule = "identity"})).solutions.shape() == Shape{3, 1, 6});
  CHECK(step_of(SolverLayer(solver, {.rule = "imle", .samples = 4})).solutions.shape() == Shape{3, 4, 6});
  CHECK(step_of(SolverLayer(solver, {.rule = "perturbed", .noise = Normal{}, .samples = 4})).solutions.shape() ==
        Shape{3, 1, 6});
}

TEST_CASE("solver layer: what AIMLE has learned goes through a checkpoint") {
  const RuleSettings settings{.rule = "aimle", .noise = Gumbel{}};
  const SolverLayer learned(solver, settings);
  for (int i = 0; i < 5; ++i) step_of(learned);
  CHECK(learned.alpha() > 0);
  Checkpoint checkpoint;
  learned.save(checkpoint);
  SolverLayer fresh(solver, settings);
  CHECK(fresh.alpha() == 0);
  fresh.load(checkpoint);
  CHECK(fresh.alpha() == learned.alpha());
  CHECK(step_of(fresh).gradient == step_of(learned).gradient);

  Checkpoint nothing;
  SolverLayer(solver, {.rule = "identity"}).save(nothing);
  CHECK(nothing == Checkpoint());
}

TEST_CASE("solver metrics: sums of steps become columns") {
  SolverDiagnostics before{.calls_forward = 10, .rows = 10, .entries = 100, .lambda = 1};
  SolverDiagnostics after{.calls_forward = 14,
                          .calls_backward = 8,
                          .rows = 14,
                          .zero_rows = 1,
                          .entries = 180,
                          .clamped = 20,
                          .tie_checked = 4,
                          .tied = 2,
                          .lambda = 3};
  Meter meter;
  record_solver_step(meter, before, after);
  after.lambda = 5;
  record_solver_step(meter, after, after);  // a step that solved nothing
  after.seconds_forward = 1;
  after.seconds_backward = 2;
  record_solver_epoch(meter, after, 0.5);
  const auto values = [](const Meter& of, const std::vector<std::string>& names) {
    std::vector<double> found;
    for (const std::string& name : names) found.push_back(of.value(name));
    return found;
  };
  //                                                λ, α, calls forward and backward, zero, clamped, tied
  CHECK(values(meter, solver_columns()) == std::vector<double>{4, 0.5, 4, 8, 0.25, 0.25, 0.5});
  CHECK(values(meter, solver_time_columns()) == std::vector<double>{1, 2});
  Meter idle;
  record_solver_step(idle, {}, {});
  record_solver_epoch(idle, {}, 0);
  CHECK(values(idle, solver_columns()) == std::vector<double>(7));
}
