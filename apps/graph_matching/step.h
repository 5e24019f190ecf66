#pragma once
#include <cotape/apps/common/train/step_frame.h>
#include <cotape/apps/graph_matching/model.h>
#include <cotape/apps/graph_matching/objective.h>

namespace cotape::app {

// One training step of the graph matching, and all that it changes: net, what the rule learns, optimiser, noise.
class MatchingStep {
 public:
  // `weights` draws the first weights, `noise` the jitter of patches and what rules and margins draw.
  MatchingStep(const MatchingOptions& options, const MatchingData& data, Rng weights, Rng noise);

  struct Values {
    Var costs, loss, matchings;  // as Matcher and MatchingObjective::Result say
  };
  // One shard's forward and backward pass, of a step in shards; its examples are numbers of training pairs.
  Values compute(const Shard& shard);
  StepFrame& frame() { return frame_; }
  const StepFrame& frame() const { return frame_; }

  Matcher& model() { return model_; }
  const MatchingObjective& objective() const { return objective_; }

  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  const MatchingData& data_;
  GraphMatchingLayout layout_;
  PatchJitter jitter_;
  Matcher model_;
  MatchingObjective objective_;
  StepFrame frame_;
  PairBatch batch_;  // of the shard that was computed last, whose tensors its tape refers to
};

// The patches of all views of a batch, [rows, 41, 41, 1]; view v draws from rng.split(v).
Var patches_of(const PairBatch& batch, const PatchJitter& jitter, const Rng& rng, Tape& tape);

}  // namespace cotape::app
