#pragma once
#include <functional>
#include <span>

#include <cotape/apps/globe_tsp/model.h>
#include <cotape/apps/globe_tsp/objective.h>
#include <cotape/nn/optim/adam.h>
#include <cotape/nn/optim/schedules.h>
#include <cotape/nn/train/shards.h>

namespace cotape::app {

// One training step of a net that places flags on the globe, and all that it changes: net, what the rule learns,
// optimiser, the noise of rules, margins and gradients.
class GlobeStep {
 public:
  // A batch on the tape: the wanted tours [B, k, k], the flags [n, 20, 40, 3] that its cities have, and for each city
  // of each example, [B · k], the place of its flag among them.
  struct Batch {
    Var tours, flags;
    std::span<const std::int64_t> rows;
  };
  using MakeBatch = std::function<Batch(Tape&)>;
  // What the forward pass leaves: the distances [B, k, k] between predicted places, and the loss.
  struct Values {
    Var distances, loss;
  };

  // `weights` draws the first weights, `noise` the noise of every step.
  GlobeStep(const GlobeOptions& options, Rng weights, Rng noise);

  // The whole step on one batch, in an epoch counted from 0.
  Values run(const MakeBatch& batch, std::int64_t epoch);
  // The same on a batch in shards: `part` takes one and calls compute(). Throws what `part` throws.
  void run(std::span<const std::int64_t> batch, std::int64_t epoch, Meter& meter, const ShardedStep::Part& part);
  // One shard's forward and backward pass.
  Values compute(const MakeBatch& batch, std::int64_t epoch, const Shard& shard);
  std::int64_t shards() const { return shards_.count(); }
  // Its forward pass alone; parts() has the rest.
  Values forward(const MakeBatch& batch, std::int64_t epoch);
  TrainingStep& parts() { return parts_; }

  FlagNet& net() { return net_; }
  const TourObjective& objective() const { return objective_; }

  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  Values record(Tape& tape, const MakeBatch& batch, std::int64_t epoch, Rng& noise);

  std::int64_t countries_;  // of an example
  Rng noise_;
  FlagNet net_;
  TourObjective objective_;
  Adam optimizer_;
  MultiStepSchedule rate_;
  TrainingStep parts_;
  ShardedStep shards_;
};

}  // namespace cotape::app
