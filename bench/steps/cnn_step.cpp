#include <cotape/bench/steps/batches.h>
#include <cotape/bench/steps/net_step.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/layers/conv.h>
#include <cotape/nn/layers/linear.h>

namespace cotape::bench {
namespace {

// Two convolutions, each with ReLU and pooling, and a linear layer: images of 28 × 28 grey pixels in ten classes.
struct CnnNet : Module {
  explicit CnnNet(Rng& rng)
      : conv1(1, 32, 3, {.padding = Padding::same(3), .activation = Activation::relu, .max_pool = 2}, rng),
        conv2(32, 64, 3, {.padding = Padding::same(3), .activation = Activation::relu, .max_pool = 2}, rng),
        classifier(7 * 7 * 64, 10, {}, rng) {
    add("conv1", conv1);
    add("conv2", conv2);
    add("classifier", classifier);
  }
  Var operator()(Var images) {
    const Var features = conv2(conv1(images));
    return classifier(reshape(features, {images.shape()[0], -1}));
  }

  Conv2d conv1, conv2;
  Linear classifier;
};

struct CnnModel {
  explicit CnnModel(const StepInfo& step)
      : images(image_batch(step).images.reshaped({step.batch, 28, 28, 1})), labels(image_labels(step)) {}
  Step::Values forward(Tape& tape) {
    const Var logits = net(tape.view(images));
    return {logits, cross_entropy(logits, labels)};
  }

  Tensor images;
  std::vector<std::int64_t> labels;
  Rng rng{1};
  CnnNet net{rng};
};

}  // namespace

std::unique_ptr<Step> make_cnn_step(const StepInfo& step) { return std::make_unique<NetStep<CnnModel>>(step); }

}  // namespace cotape::bench
