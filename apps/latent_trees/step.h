#pragma once
#include <functional>

#include <cotape/apps/common/train/step_frame.h>
#include <cotape/apps/latent_trees/model.h>

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
  // Its forward pass alone.
  LatentTrees::Losses forward(const Positions& positions);
  // One shard's forward and backward pass, of a step in shards.
  LatentTrees::Losses compute(const Positions& positions, const Shard& shard);
  StepFrame& frame() { return frame_; }
  const StepFrame& frame() const { return frame_; }

  LatentTrees& model() { return model_; }
  const LatentTrees& model() const { return model_; }

  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  auto recorder(const Positions& positions);

  LatentTrees model_;
  StepFrame frame_;
};

}  // namespace cotape::app
