#pragma once
#include <functional>

#include <cotape/apps/retrieval/net.h>
#include <cotape/apps/retrieval/objective.h>
#include <cotape/nn/optim/adam.h>
#include <cotape/nn/optim/schedules.h>
#include <cotape/nn/train/training_step.h>

namespace cotape::app {

// One training step of retrieval, and all that it changes: net, memory, what the rule learns, optimiser, noise.
class RetrievalStep {
 public:
  // Puts pictures [batch, 28, 28, 1] on the tape.
  using Pictures = std::function<Var(Tape&)>;
  struct Values {
    Var embeddings;    // [batch, channels]
    Var similarities;  // [batch, candidates]
    Var loss;
  };

  // `weights` draws the first weights, `noise` the margins and the rule's noise of every step.
  RetrievalStep(const RetrievalOptions& options, Rng weights, Rng noise);

  // The whole step on a batch of pictures of these classes, in an epoch counted from 0; the batch is remembered.
  Values run(const Pictures& pictures, std::span<const std::int64_t> classes, std::int64_t epoch);
  // Its forward pass alone; parts() has the rest.
  Values forward(const Pictures& pictures, std::span<const std::int64_t> classes);
  TrainingStep& parts() { return parts_; }

  EmbeddingNet& net() { return net_; }
  RetrievalObjective& objective() { return objective_; }
  const RetrievalObjective& objective() const { return objective_; }
  const Relatives& relatives() const { return relatives_; }  // of the last batch

  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  Values record(Tape& tape, const Pictures& pictures);

  Rng noise_;
  EmbeddingNet net_;
  RetrievalObjective objective_;
  EmbeddingMemory memory_;
  Relatives relatives_;
  Adam optimizer_;
  MultiStepSchedule rate_;
  TrainingStep parts_;
};

}  // namespace cotape::app
