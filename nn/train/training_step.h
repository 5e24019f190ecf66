#pragma once
#include <concepts>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/tape/tape.h>
#include <cotape/nn/optim/flat.h>
#include <cotape/nn/optim/optimizer.h>
#include <cotape/nn/train/tree_sum.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Adds up what several processes have of a step, each of which took a part of the batch. It is given this process's
// sum: the gradients of all parameters one after another, in the optimiser's order; for each parameter the number of
// shards that had a gradient for it; the tensors of TrainingStep::average; the number of shards. It replaces every
// element by the sum over all processes, added in a fixed order, so that each process goes on with the same bits.
using GradientReducer = std::function<void(std::span<real> gradients)>;

struct TrainingStepOptions {
  double max_gradient_norm = 0;         // of all gradients together (clip_gradient_norm); 0: not clipped by norm
  double max_gradient_value = 0;        // of an element (clip_gradient_value), before the norm; 0: not clipped by value
  std::int64_t accumulation_steps = 1;  // micro-batches whose gradients are averaged before each update
  GradientReducer reducer = {};         // none: all shards are in this process
};

// One training step, the same for everything that trains: forward pass, backward pass, reduction of the gradients,
// clipping, update.
//
//   Adam adam(net.parameters());
//   TrainingStep step(adam);
//   ... for each batch:
//     const Var loss = step.run([&](Tape& tape) { return l1_loss(net(tape.view(x)), tape.view(y)); });
//
// Values of the step stay readable until the next one begins. In steady state a step allocates no tensor memory.
class TrainingStep {
 public:
  // The optimiser must outlive the step. Throws ValueError for a norm or value that is negative or not finite, or
  // accumulation_steps < 1.
  explicit TrainingStep(Optimizer& optimizer, TrainingStepOptions options = {});
  TrainingStep(const TrainingStep&) = delete;
  TrainingStep& operator=(const TrainingStep&) = delete;

  // The whole step: forward(tape) records a batch and returns its loss, a scalar, or a struct with that and more, whose
  // member `loss` it is. Returns what forward returned.
  template <std::invocable<Tape&> Forward>
  auto run(const Forward& forward) {
    begin();
    const auto values = this->forward(forward);
    if constexpr (requires { values.loss; })
      backward(values.loss);
    else
      backward(values);
    update();
    return values;
  }

  // The same with gradient accumulation: one update from the mean of the losses, and so of the gradients, of
  // options.accumulation_steps micro-batches that follow one another in memory. forward(tape, i) returns the loss of
  // the i-th, a mean over it. Returns the mean of the losses.
  template <std::invocable<Tape&, std::int64_t> Forward>
  double run(const Forward& forward) {
    const std::int64_t steps = options_.accumulation_steps;
    const auto mean_share = [&](Tape& tape, std::int64_t i) {
      const Var loss = forward(tape, i);
      return steps == 1 ? loss : scale(loss, 1 / static_cast<real>(steps));
    };
    return run(steps, mean_share);
  }

  // The same for a batch that is taken in `shards` parts, one after another, for what memory cannot hold at once:
  // forward(tape, shard) returns one part's loss. The losses add up, so a mean over the batch is divided by the whole
  // batch's size in each part. Returns their sum. The gradients are added in a binary tree over the shards
  // (tree_sum.h). ShardedStep (shards.h) does more, and spreads the shards over processes. Throws ValueError for
  // shards < 1.
  template <std::invocable<Tape&, std::int64_t> Forward>
  double run(std::int64_t shards, const Forward& forward) {
    check_shards(shards);
    begin(ShardOrder::rising);
    double sum = 0;
    for (std::int64_t shard = 0; shard < shards; ++shard) {
      optimizer_.clear_gradients();
      const Var loss = this->forward([&](Tape& tape) { return forward(tape, shard); });
      sum += static_cast<double>(loss.value().item());
      backward(loss);
      if (shards > 1) add_shard();
    }
    update();
    return sum;
  }

  // The parts of a step, for those who look at what is between them (gradients, times): run() is these three. begin()
  // comes before them when a step was broken off by an exception: nothing must be left of it.
  void begin(ShardOrder order = ShardOrder::rising);
  template <std::invocable<Tape&> Forward>
  auto forward(const Forward& forward) {
    tape_.clear();
    return forward(tape_);
  }
  void backward(Var loss) { tape_.backward(loss); }
  // Of a part of a batch: the loss counts `weight` times.
  void backward(Var loss, double weight);
  // Reduces and clips the gradients, updates the parameters, and forgets the gradients. Throws as clip_gradient_norm
  // and Optimizer::step do.
  void update();
  // Of a step in shards, after begin(): forgets the gradients for the next one, and adds them to the step's.
  void begin_shard() { optimizer_.clear_gradients(); }
  void add_shard();

  // Tensors beside the parameters, whose values after each shard are averaged over a step's shards. They must outlive
  // the step and keep their sizes.
  void average(std::vector<Tensor*> tensors);
  void reduce_by(GradientReducer reducer) { options_.reducer = std::move(reducer); }

  Tape& tape() { return tape_; }
  // The norm of the last step's gradients before they were clipped; 0 where they are not.
  double gradient_norm() const { return gradient_norm_; }

 private:
  static void check_shards(std::int64_t shards);
  void start_sum(ShardOrder order);
  // Makes a sum over shards the parameters' gradients.
  void take_sum(std::span<const real> sum);

  Optimizer& optimizer_;
  TrainingStepOptions options_;
  Tape tape_;
  double gradient_norm_ = 0;

  FlatRange range_;                    // of the parameters
  std::vector<std::int64_t> offsets_;  // of each parameter in sum_, and the end
  TreeSum<real> sum_;                  // over shards, as GradientReducer tells
  std::vector<Tensor*> averaged_;
  Tensor weight_ = Tensor::scalar(1);  // of a loss
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
