#pragma once
#include <cotape/apps/explain/documents.h>
#include <cotape/apps/explain/model.h>
#include <cotape/apps/explain/sampler.h>
#include <cotape/nn/optim/adam.h>
#include <cotape/nn/train/shards.h>

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
  // The whole step on a batch in shards: `part` takes one and calls compute(). Throws what `part` throws.
  void run(std::span<const std::int64_t> batch, Meter& meter, const ShardedStep::Part& part);
  // One shard's forward and backward pass.
  Losses compute(const TextSet& set, const Shard& shard);
  std::int64_t shards() const { return shards_.count(); }

  TrainingStep& parts() { return parts_; }
  Explainer& model() { return model_; }
  const Explainer& model() const { return model_; }
  const WordSampler& sampler() const { return sampler_; }

  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  Losses forward(Tape& tape, const TextSet& set, const Shard& shard);

  Rng noise_;
  Explainer model_;
  WordSampler sampler_;
  Adam optimizer_;
  TrainingStep parts_;
  ShardedStep shards_;
  std::vector<std::int64_t> texts_, numbers_;  // of a shard, and of some of its texts' words
};

// The net that these options ask for.
ExplainNetSettings net_settings(const ExplainOptions& options, const ExplainData& data);

}  // namespace cotape::app
