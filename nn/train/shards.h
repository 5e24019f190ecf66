#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <cotape/engine/base/random.h>
#include <cotape/nn/layers/module.h>
#include <cotape/nn/train/meter.h>
#include <cotape/nn/train/processes.h>
#include <cotape/nn/train/training_step.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// One part of a step's batch.
struct Shard {
  std::int64_t number = 0;  // 0 ≤ number < count
  std::int64_t count = 1;
  std::span<const std::int64_t> examples;  // of the batch, whatever its numbers mean
  double share = 1;                        // of the batch's examples: the weight of a loss that is a mean
  Rng& noise;                              // of this shard in this step; stays while it is computed
};

// What learns from backward passes and is no parameter, as what a rule learns (solvers/core/rule.h: LearnsFromShards):
// while it is held back, passes leave it as it is and are only noted; it then learns from the notes of all shards.
struct ShardLearner {
  std::function<void(bool)> hold_back;
  std::function<std::vector<double>()> take_notes;     // numbers that add up over passes, always as many; forgets them
  std::function<void(std::span<const double>)> learn;  // from the sums
};
// Of a value whose copies share what they learn.
template <class Learner>
ShardLearner shard_learner(const Learner& learner) {
  return {[learner](bool on) { learner.hold_back(on); }, [learner] { return learner.take_notes(); },
          [learner](std::span<const double> notes) { learner.learn(notes); }};
}

struct ShardOptions {
  std::int64_t count = 1;                  // of shards in a batch: a power of two
  Processes* processes = nullptr;          // that take them by turns; must outlive the step. None: this one alone
  ShardOrder order = ShardOrder::falling;  // so that the tape is left with shard 0, whoever has how many of the others
};

// Training steps whose batches are cut into a fixed number of shards, which are spread over processes. All that a shard
// gives is added up in one binary tree over the shards (tree_sum.h), within a process and between them, so that a step
// has the same bits for any number of processes:
//   gradients        the sum over the shards, whose losses are weighted with Shard::share
//   buffers          of the module: each shard begins with those of the step's beginning, and the mean over the shards
//   of
//                    what they become is kept. So batch norm normalises a shard by the shard's own statistics ("ghost
//                    batch norm"; Hoffer et al., "Train longer, generalize better", NIPS 2017), and its running
//                    averages follow the mean of those
//   random numbers   each shard has a generator of its own, Shard::noise, and masks of its own in dropout
//   what rules learn once a step, from the mean of what they saw in all shards (ShardLearner)
//   meter            what the shards have recorded, merged
// With one shard everything is as without: the same bits as TrainingStep::run. A shard without examples, as in a last
// batch that is smaller than the number of shards, adds zeros and leaves buffers as they are.
class ShardedStep {
 public:
  // Computes one shard: forward pass, TrainingStep::backward(loss, shard.share), what there is to record.
  using Part = std::function<void(const Shard& shard, Meter& meter)>;

  // `step`'s reducer is set. Everything must outlive it. Throws ValueError unless the number of shards is a power of
  // two, and the number of processes a power of two that is not greater.
  ShardedStep(TrainingStep& step, Module& module, std::vector<ShardLearner> learners, ShardOptions options);
  ShardedStep(const ShardedStep&) = delete;
  ShardedStep& operator=(const ShardedStep&) = delete;

  std::int64_t count() const { return options_.count; }

  // One step. `noise` advances by one draw, from which the shards' generators are made. Throws what `part` throws.
  void run(std::span<const std::int64_t> batch, Rng& noise, Meter& meter, const Part& part);

 private:
  class Holding;
  void run_shards(std::span<const std::int64_t> batch, const Rng& noise, Meter& meter, const Part& part);
  void learn();

  TrainingStep& step_;
  std::vector<ShardLearner> learners_;
  ShardOptions options_;
  OneProcess alone_;
  Processes& processes_;
  std::vector<Tensor*> buffers_;
  std::vector<Tensor> at_start_;  // of the step, as many
  TreeSum<double> notes_;
  std::vector<std::size_t> notes_of_;  // where each learner's begin in the sum, and the end
  TreeFold<Meter> meters_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
