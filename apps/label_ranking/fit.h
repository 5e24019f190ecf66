#pragma once
#include <functional>

#include <cotape/apps/label_ranking/losses.h>
#include <cotape/engine/inspect/inspection.h>
#include <cotape/nn/optim/adam.h>

namespace cotape::app {

// How a model is trained: Adam, the learning rate falling linearly from `rate` to 0 over the steps.
struct FitSettings {
  double rate = 1e-2;
  std::int64_t steps = 1000;
  std::int64_t batch = 32;
  std::function<bool()> stopped = {};  // asked before each step: whether to end early
};

// What is trained: scores of a batch of examples, and their wanted ranks.
struct Trainee {
  std::int64_t examples;
  std::int64_t labels;
  std::vector<Parameter*> parameters;
  std::function<Var(Tape& tape, std::span<const std::int64_t> batch)> scores;   // [batch, labels]
  std::function<void(std::span<const std::int64_t> batch, Tensor& out)> ranks;  // centred, [batch, labels]
};

// Minimises the loss over shuffled batches; an epoch's last batch is shorter when it does not divide the examples.
// Works on one thread when called by without_threads.
void fit(const Trainee& trainee, const LossFunction& loss, const FitSettings& settings, Rng rng);
// The backward pass of that training's last step.
Inspection inspect_last_step(const Trainee& trainee, const LossFunction& loss, const FitSettings& settings, Rng rng);

}  // namespace cotape::app
