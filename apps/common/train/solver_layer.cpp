#include <cotape/apps/common/train/solver_layer.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/rules/blackbox.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/rules/imle.h>
#include <cotape/solvers/rules/perturbed.h>
#include <cotape/solvers/rules/straight_through.h>

namespace cotape::app {
namespace {

// [B, ...] → [B, 1, ...]
Var with_sample_axis(Var solutions) { return reshape(solutions, solutions.shape().inserted(1, 1)); }

}  // namespace

template <class Rule>
void SolverLayer::use(const Solver& solver, const Rule& rule, Projection projection, bool count_ties) {
  const auto layer = differentiable(solver, rule, projection);
  layer.count_ties(count_ties);
  diagnostics_ = &layer.diagnostics();
  if constexpr (DeterministicRule<Rule>)
    solve_ = [layer](Var x, Rng&) { return with_sample_axis(layer(x)); };
  else if constexpr (std::same_as<Rule, Perturbed>)
    solve_ = [layer](Var x, Rng& rng) { return with_sample_axis(layer(x, rng)); };
  else
    solve_ = layer;
}

SolverLayer::SolverLayer(const Solver& solver, const RuleSettings& settings, Projection projection, bool count_ties) {
  const auto& [name, exact_lambda, noise, exact_scale, samples, adaptation] = settings;
  const auto lambda = static_cast<real>(exact_lambda), scale = static_cast<real>(exact_scale);
  const auto put = [&](const auto& rule) { use(solver, rule, projection, count_ties); };
  const Side side = name.ends_with("-central") ? Side::central : Side::target;
  if (name == "identity") {
    put(Identity{});
  } else if (name == "blackbox") {
    put(Blackbox{lambda});
  } else if (name == "straight-through") {
    put(StraightThrough{noise, scale, samples});
  } else if (name == "imle" || name == "imle-central") {
    put(Imle{lambda, noise, scale, samples, side});
  } else if (name == "aimle" || name == "aimle-central") {
    const Aimle aimle{.noise = noise, .tau = scale, .samples = samples, .side = side, .adaptation = adaptation};
    aimle_ = aimle.state;
    put(aimle);
  } else if (name == "perturbed") {
    put(Perturbed{noise, scale, samples, Baseline::unperturbed});
  } else {
    fail<ValueError>("no gradient rule \"", name, "\"");
  }
}

void SolverLayer::save(Checkpoint& checkpoint) const {
  if (!aimle_) return;
  checkpoint.put_number("rule.alpha", aimle_->alpha);
  checkpoint.put_number("rule.sparsity", aimle_->sparsity);
  checkpoint.put_number("rule.lambda", aimle_->lambda);
  checkpoint.put_integer("rule.steps", aimle_->steps);
}

void SolverLayer::load(const Checkpoint& checkpoint) {
  if (!aimle_) return;
  *aimle_ = {.alpha = checkpoint.number("rule.alpha"),
             .sparsity = checkpoint.number("rule.sparsity"),
             .lambda = checkpoint.number("rule.lambda"),
             .steps = checkpoint.integer("rule.steps")};
  diagnostics_->lambda = aimle_->lambda;
}

}  // namespace cotape::app
