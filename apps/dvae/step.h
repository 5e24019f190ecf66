#pragma once
#include <functional>

#include <cotape/apps/common/train/step_frame.h>
#include <cotape/apps/dvae/model.h>

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
  // Its forward pass alone.
  Dvae::Losses forward(const Images& images, std::int64_t number);
  // One shard's forward and backward pass, of a step in shards.
  Dvae::Losses compute(const Images& images, std::int64_t number, const Shard& shard);
  StepFrame& frame() { return frame_; }
  const StepFrame& frame() const { return frame_; }

  Dvae& model() { return model_; }
  const Dvae& model() const { return model_; }

  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  auto recorder(const Images& images, std::int64_t number);

  Dvae model_;
  StepFrame frame_;
};

}  // namespace cotape::app
