#pragma once
#include <functional>

#include <cotape/apps/latent_trees/model.h>
#include <cotape/nn/optim/adam.h>
#include <cotape/nn/optim/schedules.h>
#include <cotape/nn/train/shards.h>

namespace cotape::app {

// One training step of the latent trees, and all that it changes: net, what the rule learns, optimiser, noise.
class LatentTreesStep {
 public:
  // Puts positions [B, frames, n, 2] on the tape.
  using Positions = std::function<Var(Tape&)>;

  // `weights` draws the first weights, `noise` the noise of every step.
  LatentTreesStep(const LatentTreesOptions& options, Rng weights, Rng noise);

  // The whole step on one batch, in an epoch counted from 0.
  LatentTrees::Losses run(const Positions& positions, std::int64_t epoch);
  // The same on a batch in shards: `part` takes one and calls compute(). Throws what `part` throws.
  void run(std::span<const std::int64_t> batch, std::int64_t epoch, Meter& meter, const ShardedStep::Part& part);
  // One shard's forward and backward pass.
  LatentTrees::Losses compute(const Positions& positions, const Shard& shard);
  std::int64_t shards() const { return shards_.count(); }
  // Its forward pass alone; parts() has the rest.
  LatentTrees::Losses forward(const Positions& positions);
  TrainingStep& parts() { return parts_; }

  LatentTrees& model() { return model_; }
  const LatentTrees& model() const { return model_; }

  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  Rng noise_;
  LatentTrees model_;
  Adam optimizer_;
  StepSchedule rate_;
  TrainingStep parts_;
  ShardedStep shards_;
};

}  // namespace cotape::app
