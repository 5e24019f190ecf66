#pragma once
#include <functional>

#include <cotape/apps/classify/class_loss.h>
#include <cotape/apps/classify/model.h>
#include <cotape/apps/common/train/step_frame.h>

namespace cotape::app {

// One training step of the classifier, and all that it changes: net, optimiser, noise, what a rule learns.
class ClassifyStep {
 public:
  // Puts images [B, height, width, channels] on the tape.
  using Images = std::function<Var(Tape&)>;
  struct Values {
    Var logits;  // [B, classes]
    Var loss;
  };

  // `weights` draws the first weights, `noise` the noise of every step.
  ClassifyStep(const ClassifierSizes& sizes, const ClassifyOptions& options, Rng weights, Rng noise);

  // The whole step on one batch.
  Values run(const Images& images, std::span<const std::int64_t> labels);
  // Its forward pass alone.
  Values forward(const Images& images, std::span<const std::int64_t> labels);
  // One shard's forward and backward pass, of a step in shards.
  Values compute(const Images& images, std::span<const std::int64_t> labels, const Shard& shard);
  StepFrame& frame() { return frame_; }
  const StepFrame& frame() const { return frame_; }

  VanillaCnn& net() { return net_; }
  const ClassLoss& loss() const { return loss_; }

  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  auto recorder(const Images& images, std::span<const std::int64_t> labels);

  VanillaCnn net_;
  ClassLoss loss_;
  StepFrame frame_;
};

}  // namespace cotape::app
