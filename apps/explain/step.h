#pragma once
#include <cotape/apps/common/train/step_frame.h>
#include <cotape/apps/explain/documents.h>
#include <cotape/apps/explain/model.h>
#include <cotape/apps/explain/sampler.h>

namespace cotape::app {

// One training step of the explainer, and all that it changes: nets, what the rule learns, optimiser, noise.
class ExplainStep {
 public:
  // `weights` draws the first weights, `noise` the noise of every step. `data` gives vocabulary and vectors.
  ExplainStep(const ExplainOptions& options, const ExplainData& data, Rng weights, Rng noise);

  struct Losses {
    Var loss;                             // Σ (rating/10 as predicted − rating/10)², mean over texts and samples
    Var ratings;                          // [B, S]
    Var choices;                          // [B, S, length]
    std::span<const std::int64_t> texts;  // that the rows are of: the shortest first; until the next pass
  };
  // One shard's forward and backward pass, of a step in shards.
  Losses compute(const TextSet& set, const Shard& shard);
  StepFrame& frame() { return frame_; }
  const StepFrame& frame() const { return frame_; }

  Explainer& model() { return model_; }
  const Explainer& model() const { return model_; }
  const WordSampler& sampler() const { return sampler_; }

  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  Losses forward(Tape& tape, const TextSet& set, const Shard& shard);

  Explainer model_;
  WordSampler sampler_;
  StepFrame frame_;
  std::vector<std::int64_t> texts_, numbers_;  // of a shard, and of some of its texts' words
};

// The net that these options ask for.
ExplainNetSettings net_settings(const ExplainOptions& options, const ExplainData& data);

}  // namespace cotape::app
