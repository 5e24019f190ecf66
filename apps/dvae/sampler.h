#pragma once
#include <functional>
#include <memory>
#include <optional>

#include <cotape/apps/common/train/training.h>
#include <cotape/apps/dvae/options.h>
#include <cotape/solvers/layer/rule_layer.h>
#include <cotape/solvers/rules/score_function.h>

namespace cotape::app {

// How codes are drawn from scores [B, 20, 20], under the rule that the options name. Every rule is evaluated alike, on
// 0/1 codes of perturbed scores, also those that train on points between.
struct Sampler {
  // Codes [B, S, 20, 20] for training; `step` counts training steps from 0, for temperatures that are annealed.
  std::function<Var(Var scores, Rng& rng, std::int64_t step)> train;
  // Codes [B, 1, 20, 20], all 0 or 1.
  std::function<Var(Var scores, Rng& rng)> evaluate;
  // Of the differentiable solver that trains; zeros for a relaxation.
  SolverDiagnostics* diagnostics = nullptr;
  // Set for the rules that have them.
  std::optional<RuleLayer> layer;
  std::shared_ptr<const ScoreFunction> score;
  std::shared_ptr<Oracle> oracle;  // that the score function calls

  // The α that a rule adapts; 0 for other rules.
  double alpha() const { return diagnostics->alpha; }
  std::vector<ShardLearner> learners() const;
  // What a rule has learned, if it learns.
  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);
};

Sampler make_sampler(const DvaeOptions& options);

}  // namespace cotape::app
