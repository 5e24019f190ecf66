#pragma once
#include <functional>

#include <cotape/apps/common/train/step_frame.h>
#include <cotape/apps/retrieval/net.h>
#include <cotape/apps/retrieval/objective.h>

namespace cotape::app {

// One training step of retrieval, and all that it changes: net, memory, what the rule learns, optimiser, noise.
class RetrievalStep {
 public:
  // Puts pictures [B, 28, 28, 1] on the tape.
  using Pictures = std::function<Var(Tape&)>;
  struct Values {
    Var embeddings;    // [B, channels]
    Var similarities;  // [B, candidates]
    Var loss;
  };

  // `weights` draws the first weights, `noise` the margins and the rule's noise of every step.
  RetrievalStep(const RetrievalOptions& options, Rng weights, Rng noise);

  // The whole step on a batch of pictures of these classes, in an epoch counted from 0; the batch is remembered.
  Values run(const Pictures& pictures, std::span<const std::int64_t> classes, std::int64_t epoch);
  // Its forward pass alone.
  Values forward(const Pictures& pictures, std::span<const std::int64_t> classes);

  // The same on a batch in shards: `part` takes one and calls compute(). A shard's pictures are ranked among each other
  // and the remembered ones, which are those of all shards. Throws what `part` throws.
  void run(std::span<const std::int64_t> batch, std::span<const std::int64_t> classes, std::int64_t epoch, Meter& meter,
           const ShardedStep::Part& part);
  // One shard's forward and backward pass; `classes` are those of its pictures.
  Values compute(const Pictures& pictures, std::span<const std::int64_t> classes, const Shard& shard);
  StepFrame& frame() { return frame_; }
  const StepFrame& frame() const { return frame_; }

  EmbeddingNet& net() { return net_; }
  RetrievalObjective& objective() { return objective_; }
  const RetrievalObjective& objective() const { return objective_; }
  const Relatives& relatives() const { return relatives_; }  // of the last batch or shard

  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  auto recorder(const Pictures& pictures, std::span<const std::int64_t> classes);

  EmbeddingNet net_;
  RetrievalObjective objective_;
  EmbeddingMemory memory_;
  Relatives relatives_;
  StepFrame frame_;
  Tensor embeddings_;  // [batch, channels] of a batch in shards
};

}  // namespace cotape::app
