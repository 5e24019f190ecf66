#pragma once
#include <cotape/apps/graph_matching/model.h>
#include <cotape/apps/graph_matching/objective.h>
#include <cotape/nn/optim/adam.h>
#include <cotape/nn/optim/schedules.h>
#include <cotape/nn/train/shards.h>

namespace cotape::app {

// One training step of the graph matching, and all that it changes: net, what the rule learns, optimiser, noise.
class MatchingStep {
 public:
  // `weights` draws the first weights, `noise` the jitter of patches and what rules and margins draw.
  MatchingStep(const MatchingOptions& options, const MatchingData& data, Rng weights, Rng noise);

  struct Values {
    Var costs, loss, matchings;  // as Matcher and MatchingObjective::Result say
  };
  // The whole step on a batch in shards, in an epoch counted from 0: `part` takes one and calls compute(). Throws what
  // `part` throws.
  void run(std::span<const std::int64_t> batch, std::int64_t epoch, Meter& meter, const ShardedStep::Part& part);
  // One shard's forward and backward pass; its examples are numbers of training pairs.
  Values compute(const Shard& shard);
  std::int64_t shards() const { return shards_.count(); }
  TrainingStep& parts() { return parts_; }

  Matcher& model() { return model_; }
  const MatchingObjective& objective() const { return objective_; }

  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  const MatchingData& data_;
  GraphMatchingLayout layout_;
  PatchJitter jitter_;
  Rng noise_;
  Matcher model_;
  MatchingObjective objective_;
  Adam optimizer_;
  StepSchedule rate_;
  TrainingStep parts_;
  ShardedStep shards_;
  PairBatch batch_;  // of the shard that was computed last, whose tensors its tape refers to
};

// The patches of all views of a batch, [rows, 41, 41, 1]; view v draws from rng.split(v).
Var patches_of(const PairBatch& batch, const PatchJitter& jitter, const Rng& rng, Tape& tape);

}  // namespace cotape::app
