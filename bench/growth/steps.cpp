#include <cotape/bench/growth/growth.h>
#include <cotape/bench/steps/batches.h>
#include <cotape/bench/steps/net_step.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/layers/linear.h>
#include <cotape/nn/layers/residual.h>

#include <cmath>

namespace cotape::bench {
namespace {

Point measure_step(Step& step, double budget) {
  std::int64_t runs = 0;
  const double solver_before = step.diagnostics().seconds();
  const double seconds = seconds_of(
      [&] {
        step.run();
        ++runs;
      },
      budget);
  const double solver = step.diagnostics().seconds() - solver_before;
  return {.seconds = seconds,
          .solver_seconds = step.solves() ? solver / static_cast<double>(runs) : std::nan(""),
          .bytes = static_cast<double>(step.tape().bytes())};
}

// Basic blocks of 32 channels on 14 × 14 pixels: so many convolutions and one linear layer.
struct DeepNet : Module {
  DeepNet(std::int64_t layers, Rng& rng)
      : first(1, 32, 3, {.stride = 2, .padding = Padding::same(3)}, rng), last(32, 10, {}, rng) {
    for (std::int64_t block = 1; 2 * block + 2 <= layers; ++block)
      blocks.emplace<BasicBlock>("block" + std::to_string(block), 32, 32, 1, rng);
    add("first", first);
    add("blocks", blocks);
    add("last", last);
  }
  Var operator()(Var images) { return last(mean(blocks(first(images)), {1, 2})); }

  Conv2d first;
  Sequential blocks;
  Linear last;
};

struct DeepModel {
  explicit DeepModel(const StepInfo& step)
      : images(image_batch(step).images.reshaped({step.batch, 28, 28, 1})),
        labels(image_labels(step)),
        net(step.size, rng) {}
  Step::Values forward(Tape& tape) {
    const Var logits = net(tape.view(images));
    return {logits, cross_entropy(logits, labels)};
  }

  Tensor images;
  std::vector<std::int64_t> labels;
  Rng rng{1};
  DeepNet net;
};

std::function<Point(double, double)> of_step(const std::function<std::unique_ptr<Step>(std::int64_t)>& make) {
  return [=](double size, double budget) {
    const auto step = make(static_cast<std::int64_t>(size));
    return measure_step(*step, budget);
  };
}

}  // namespace

std::vector<Growth> step_growths() {
  return {
      {.name = "DVAE step",
       .axis = "batch",
       .sizes = {1, 3, 10, 30, 100, 300, 1000},
       .limit = 1,
       .why = "linear in the examples",
       .measure =
           of_step([](std::int64_t batch) { return make_step({.name = "growth", .net = "dvae", .batch = batch}); })},
      {.name = "CombResnet18 step, batch 4",
       .axis = "cells along a map",
       .sizes = {12, 18, 24, 36, 48, 72, 96},
       .limit = 2,
       .why = "linear in the pixels; the path is little of it",
       .measure = of_step([](std::int64_t size) {
         return make_step({.name = "growth", .net = "combresnet", .batch = 4, .size = size});
       })},
      {.name = "residual net step, batch 16",
       .axis = "layers",
       .sizes = {18, 34, 50, 74, 102},
       .limit = 1,
       .why = "linear in the layers",
       .measure = of_step([](std::int64_t layers) {
         return std::make_unique<NetStep<DeepModel>>(
             StepInfo{.name = "growth", .net = "residual", .batch = 16, .size = layers});
       })},
  };
}

}  // namespace cotape::bench
