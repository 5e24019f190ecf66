#pragma once
#include <functional>

#include <cotape/apps/common/train/step_frame.h>
#include <cotape/apps/warcraft/model.h>
#include <cotape/apps/warcraft/objective.h>

namespace cotape::app {

// One training step of a cost net, and all that it changes: net, what the rule learns, optimiser, the noise of rules
// and margins.
class WarcraftStep {
 public:
  // A batch on the tape: maps [B, 8k, 8k, 3] with normalised colours, wanted paths and true costs [B, k, k].
  struct Batch {
    Var maps, paths, costs;
  };
  using MakeBatch = std::function<Batch(Tape&)>;
  // What the forward pass leaves: the net's costs or logits [B, k, k], and the loss.
  struct Values {
    Var cells, loss;
  };

  // `weights` draws the first weights, `noise` the noise of every step.
  WarcraftStep(const WarcraftOptions& options, Rng weights, Rng noise);

  // The whole step on one batch, at the learning rate of the epoch, which counts from 0.
  Values run(const MakeBatch& batch, std::int64_t epoch);
  // Its forward pass alone.
  Values forward(const MakeBatch& batch);
  // One shard's forward and backward pass, of a step in shards.
  Values compute(const MakeBatch& batch, const Shard& shard);
  StepFrame& frame() { return frame_; }
  const StepFrame& frame() const { return frame_; }

  CostNet& net() { return net_; }
  const Objective& objective() const { return objective_; }

  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  auto recorder(const MakeBatch& batch);

  CostNet net_;
  Objective objective_;
  StepFrame frame_;
};

}  // namespace cotape::app
