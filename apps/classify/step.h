#pragma once
#include <functional>

#include <cotape/apps/classify/class_loss.h>
#include <cotape/apps/classify/model.h>
#include <cotape/nn/optim/adam.h>
#include <cotape/nn/train/training_step.h>

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
  // Its forward pass alone; parts() has the rest.
  Values forward(const Images& images, std::span<const std::int64_t> labels);
  TrainingStep& parts() { return parts_; }

  VanillaCnn& net() { return net_; }
  const ClassLoss& loss() const { return loss_; }
  // The generator of the next step's noise.
  const Rng& noise() const { return noise_; }

  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  Values record(Tape& tape, const Images& images, std::span<const std::int64_t> labels);

  Rng noise_;
  VanillaCnn net_;
  ClassLoss loss_;
  Adam optimizer_;
  TrainingStep parts_;
};

}  // namespace cotape::app
