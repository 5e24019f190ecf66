#pragma once
#include <functional>
#include <optional>

#include <cotape/apps/latent_trees/options.h>
#include <cotape/solvers/layer/rule_layer.h>

namespace cotape::app {

// How trees are drawn from scores [B, edges], under the rule that the options name.
struct TreeSampler {
  // Trees [B, S, edges] for training: 0/1, but for the mean trees of perturbed and the relaxed ones of sst.
  std::function<Var(Var scores, Rng& rng)> train;
  // Trees [B, 1, edges] of 0 and 1, with the noise of training.
  std::function<Var(Var scores, Rng& rng)> evaluate;
  // Of the differentiable solver that trains; zeros for a relaxation.
  SolverDiagnostics* diagnostics = nullptr;
  std::optional<RuleLayer> layer;  // set for the rules that have one

  // What a rule has learned, if it learns.
  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);
};

TreeSampler make_sampler(const LatentTreesOptions& options);

}  // namespace cotape::app
