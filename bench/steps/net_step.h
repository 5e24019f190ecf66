#pragma once
#include <cotape/bench/steps/step.h>
#include <cotape/nn/optim/adam.h>

namespace cotape::bench {

// The step of a net without a solver, under Adam. `Model` is made from a StepInfo with a fixed batch; it has a module
// `net` and forward(tape), which records the batch and returns Step::Values.
template <class Model>
class NetStep final : public Step {
 public:
  explicit NetStep(const StepInfo& step) : model_(step) {}

  double run() override { return static_cast<double>(step_.run(forward_).loss.value().item()); }
  Values forward() override { return step_.forward(forward_); }
  Module& net() override { return model_.net; }
  bool solves() const override { return false; }

 private:
  TrainingStep& parts() override { return step_; }

  Model model_;
  Adam adam_{model_.net.parameters(), {.lr = 1e-3}};
  TrainingStep step_{adam_};
  const std::function<Values(Tape&)> forward_ = [this](Tape& tape) { return model_.forward(tape); };
};

}  // namespace cotape::bench
