#pragma once
#include <cotape/apps/graph_matching/model.h>
#include <cotape/apps/graph_matching/objective.h>
#include <cotape/nn/optim/adam.h>
#include <cotape/nn/optim/schedules.h>
#include <cotape/nn/train/training_step.h>

namespace cotape::app {

// One training step of the graph matching, and all that it changes: net, what the rule learns, optimiser, noise.
class MatchingStep {
 public:
  // `weights` draws the first weights, `noise` the jitter of patches and what rules and margins draw.
  MatchingStep(const MatchingOptions& options, const MatchingData& data, Rng weights, Rng noise);

  struct Values {
    Var costs, loss, matchings;  // as Matcher and Objective::Result say
  };
  // The whole step on these pairs, in an epoch counted from 0. They stay in batch() until the next step.
  Values run(std::span<const ViewPair* const> pairs, std::int64_t epoch);
  const PairBatch& batch() const { return batch_; }
  TrainingStep& parts() { return parts_; }

  Matcher& model() { return model_; }
  const Objective& objective() const { return objective_; }

  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  const MatchingData& data_;
  GraphMatchingLayout layout_;
  PatchJitter jitter_;
  Rng noise_;
  Matcher model_;
  Objective objective_;
  Adam optimizer_;
  StepSchedule rate_;
  TrainingStep parts_;
  PairBatch batch_;
};

// The patches of all views of a batch, [rows, 41, 41, 1]; view v draws from rng.split(v).
Var patches_of(const PairBatch& batch, const PatchJitter& jitter, const Rng& rng, Tape& tape);

}  // namespace cotape::app
