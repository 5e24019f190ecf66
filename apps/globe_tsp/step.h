#pragma once
#include <functional>
#include <span>

#include <cotape/apps/common/train/step_frame.h>
#include <cotape/apps/globe_tsp/model.h>
#include <cotape/apps/globe_tsp/objective.h>

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
  // Its forward pass alone.
  Values forward(const MakeBatch& batch, std::int64_t epoch);
  // One shard's forward and backward pass, of a step in shards.
  Values compute(const MakeBatch& batch, std::int64_t epoch, const Shard& shard);
  StepFrame& frame() { return frame_; }
  const StepFrame& frame() const { return frame_; }

  FlagNet& net() { return net_; }
  const TourObjective& objective() const { return objective_; }

  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  auto recorder(const MakeBatch& batch, std::int64_t epoch);

  std::int64_t countries_;  // of an example
  FlagNet net_;
  TourObjective objective_;
  StepFrame frame_;
};

}  // namespace cotape::app
