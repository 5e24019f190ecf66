#pragma once
#include <optional>

#include <cotape/apps/common/train/training.h>
#include <cotape/apps/warcraft/options.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/layer/rule_layer.h>

namespace cotape::app {

// How the cells that a net predicts become a loss, under the rule that the options name. It solves corner to corner,
// eight neighbours, and keeps what the rule learns.
class Objective {
 public:
  explicit Objective(const WarcraftOptions& options);

  // The loss, a mean over the batch of sums over the cells, of costs (or logits) [B, k, k] where these 0/1 paths and
  // these true costs are wanted. Costs are projected first, then get their margins, then go through the solver.
  Var operator()(Var cells, Var paths, Var costs, Rng& rng) const;

  SolverDiagnostics& diagnostics() const { return layer_ ? layer_->diagnostics() : oracle_->diagnostics(); }
  // The α that a rule adapts; 0 for other rules.
  double alpha() const { return diagnostics().alpha; }

  std::vector<ShardLearner> learners() const { return learners_of(layer_); }
  // What the rule has learned, if it learns.
  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  Var compare(Var a, Var b) const;
  Var prepare(Var costs, Var paths, Rng& rng) const;

  WarcraftOptions options_;
  std::optional<RuleLayer> layer_;  // of the rules that give paths
  std::shared_ptr<Oracle> oracle_;  // of the others
};

}  // namespace cotape::app
