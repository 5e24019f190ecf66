#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <cotape/apps/common/train/options.h>
#include <cotape/nn/optim/adam.h>
#include <cotape/nn/optim/schedules.h>
#include <cotape/nn/train/shards.h>

namespace cotape::app {

// What the training step of every program has beside its net and its loss: Adam at the rate of the epoch, the noise of
// every step, and batches in --shards that all processes share. The program says how a batch becomes a loss:
// forward(tape, noise) records it and returns the loss, or a struct whose member `loss` it is.
class StepFrame {
 public:
  // Trains the parameters of `net`, which must outlive it, at rate(epoch), or always at adam.lr. `learners` learn
  // beside them (learners_of); `noise` draws what every step draws. Throws ValueError as ShardedStep does.
  StepFrame(Module& net, const AdamOptions& adam, std::vector<ShardLearner> learners, const CommonOptions& options,
            Rng noise, Schedule rate = {});

  // The whole step on one batch, in an epoch that counts from 0. Returns what forward returned.
  template <class Forward>
  auto run(std::int64_t epoch, const Forward& forward) {
    optimizer_.set_learning_rate(rate_(epoch));
    return parts_.run([&](Tape& tape) { return forward(tape, noise_); });
  }
  // Its forward pass alone; parts() has the rest.
  template <class Forward>
  auto forward(const Forward& forward) {
    return parts_.forward([&](Tape& tape) { return forward(tape, noise_); });
  }

  // The whole step on a batch in shards: `part` takes one and calls compute(). Throws what `part` throws.
  void run(std::span<const std::int64_t> batch, std::int64_t epoch, Meter& meter, const ShardedStep::Part& part);
  // One shard's forward and backward pass; its loss counts `weight` times. Returns what forward returned.
  template <class Forward>
  auto compute(const Shard& shard, double weight, const Forward& forward) {
    const auto values = parts_.forward([&](Tape& tape) { return forward(tape, shard.noise); });
    parts_.backward(values.loss, weight);
    return values;
  }
  // Of a loss that is a mean over the examples.
  template <class Forward>
  auto compute(const Shard& shard, const Forward& forward) {
    return compute(shard, shard.share, forward);
  }

  std::int64_t shards() const { return shards_.count(); }
  TrainingStep& parts() { return parts_; }
  double learning_rate(std::int64_t epoch) const { return rate_(epoch); }
  // The generator of the next step's noise.
  const Rng& noise() const { return noise_; }

  // The net, Adam's state and the place in the noise.
  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  Module& net_;
  Rng noise_;
  Adam optimizer_;
  Schedule rate_;
  TrainingStep parts_;
  ShardedStep shards_;
};

}  // namespace cotape::app
