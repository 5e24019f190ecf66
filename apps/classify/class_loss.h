#pragma once
#include <cotape/apps/classify/options.h>
#include <cotape/apps/common/train/training.h>
#include <cotape/solvers/layer/rule_layer.h>

namespace cotape::app {

// What scores of classes are trained by: the loss of --loss.
class ClassLoss {
 public:
  ClassLoss(const ClassifyOptions& options, std::int64_t classes);

  // The loss, a mean over the batch, of logits θ [B, classes] and the class of each example:
  //   cross-entropy   −log softmax(θ)[label]
  //   fenchel-young   mean_m max_y ⟨θ + εZ_m, y⟩ − θ[label]; its gradient is the mean of M perturbed argmaxes less the
  //                   label (Berthet et al. 2020, definition 4.1)
  //   sparsemax       sparsemax_loss: the same of the Euclidean projection on the simplex
  //   discrete        ½‖z − label‖² of a class z that is drawn, 1 where it is wrong, differentiated by the rule
  Var operator()(Var logits, std::span<const std::int64_t> labels, Rng& rng) const;
  // What the loss takes for probabilities of the classes, [B, classes]: softmax, the mean of 1000 perturbed argmaxes,
  // or sparsemax.
  Var probabilities(Var logits, Rng& rng) const;
  // What logits are divided by before a softmax that is compared with that of other losses: ε of Fenchel–Young, which
  // makes logits so much larger; else 1.
  real temperature() const;

  // Of the solver; all 0 where there is none.
  SolverDiagnostics& diagnostics() const { return layer_ ? layer_->diagnostics() : oracle_->diagnostics(); }

  std::vector<ShardLearner> learners() const { return learners_of(layer_); }
  // What the rule has learned.
  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  std::string loss_;
  FenchelYoungOptions fenchel_young_;
  std::shared_ptr<Oracle> oracle_;  // the class with the largest score
  std::optional<RuleLayer> layer_;  // of the discrete loss
};

}  // namespace cotape::app
