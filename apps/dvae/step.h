#pragma once
#include <functional>

#include <cotape/apps/dvae/model.h>
#include <cotape/nn/optim/adam.h>
#include <cotape/nn/train/shards.h>

namespace cotape::app {

// One training step of the discrete VAE, and all that it changes: net, optimiser, the noise of the codes.
class DvaeStep {
 public:
  // Puts images [B, features] on the tape.
  using Images = std::function<Var(Tape&)>;

  // `weights` draws the first weights, `noise` the noise of every step. Images have so many features.
  DvaeStep(std::int64_t features, const DvaeOptions& options, Rng weights, Rng noise);

  // The whole step on one batch; `number` counts training steps from 0.
  Dvae::Losses run(const Images& images, std::int64_t number);
  // The same on a batch in shards: `part` takes one and calls compute(). Throws what `part` throws.
  void run(std::span<const std::int64_t> batch, Meter& meter, const ShardedStep::Part& part);
  // One shard's forward and backward pass.
  Dvae::Losses compute(const Images& images, std::int64_t number, const Shard& shard);
  std::int64_t shards() const { return shards_.count(); }
  // Its forward pass alone; parts() has the rest.
  Dvae::Losses forward(const Images& images, std::int64_t number);
  TrainingStep& parts() { return parts_; }

  Dvae& model() { return model_; }
  const Dvae& model() const { return model_; }
  const Rng& noise() const { return noise_; }

  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  Dvae::Losses record(Tape& tape, const Images& images, std::int64_t number, Rng& noise);

  Rng noise_;
  Dvae model_;
  Adam optimizer_;
  TrainingStep parts_;
  ShardedStep shards_;
};

}  // namespace cotape::app
