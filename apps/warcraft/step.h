#pragma once
#include <functional>

#include <cotape/apps/warcraft/model.h>
#include <cotape/apps/warcraft/objective.h>
#include <cotape/nn/optim/adam.h>
#include <cotape/nn/optim/schedules.h>
#include <cotape/nn/train/shards.h>

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
  // The same on a batch in shards: `part` takes one and calls compute(). Throws what `part` throws.
  void run(std::span<const std::int64_t> batch, std::int64_t epoch, Meter& meter, const ShardedStep::Part& part);
  // One shard's forward and backward pass.
  Values compute(const MakeBatch& batch, const Shard& shard);
  std::int64_t shards() const { return shards_.count(); }
  // Its forward pass alone; parts() has the rest.
  Values forward(const MakeBatch& batch);
  TrainingStep& parts() { return parts_; }

  CostNet& net() { return net_; }
  const Objective& objective() const { return objective_; }
  double learning_rate(std::int64_t epoch) const { return rate_(epoch); }

  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  Values record(Tape& tape, const MakeBatch& batch, Rng& noise);

  Rng noise_;
  CostNet net_;
  Objective objective_;
  Adam optimizer_;
  MultiStepSchedule rate_;
  TrainingStep parts_;
  ShardedStep shards_;
};

}  // namespace cotape::app
