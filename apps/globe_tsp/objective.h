#pragma once
#include <optional>

#include <cotape/apps/common/train/training.h>
#include <cotape/apps/globe_tsp/options.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/layer/rule_layer.h>

namespace cotape::app {

// How distances that a net predicts become a loss, under the rule that the options name; keeps what the rule learns.
class TourObjective {
 public:
  explicit TourObjective(const GlobeOptions& options);

  // The loss of distances [B, k, k] where these tours [B, k, k] are wanted, in an epoch counted from 0. On the way:
  // noise margin, projection, solver, comparison; in the backward pass noise is added to the gradient of the tours.
  // `rng` must outlive the backward pass.
  Var operator()(Var distances, Var tours, std::int64_t epoch, Rng& rng);

  SolverDiagnostics& diagnostics() const { return layer_ ? layer_->diagnostics() : oracle_->diagnostics(); }
  // The α that a rule adapts; 0 for other rules.
  double alpha() const { return diagnostics().alpha; }

  // What a shard's loss counts in its batch's: its share where losses are means over the examples, 1 for sums.
  double weight(const Shard& shard) const { return layer_ && options_.reduction == "sum" ? 1 : shard.share; }

  std::vector<ShardLearner> learners() const { return learners_of(layer_); }
  // What the rule has learned, if it learns.
  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  Var with_margin(Var x, Rng& rng);
  Var compare(Var a, Var b) const;

  GlobeOptions options_;
  SolverTraits traits_;
  std::optional<RuleLayer> layer_;   // of the rules that give tours
  std::shared_ptr<Oracle> oracle_;   // of the other one
  Tensor margins_, gradient_noise_;  // kept from step to step for their memory
};

}  // namespace cotape::app
