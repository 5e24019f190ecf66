#include <cotape/apps/classify/model.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/shape.h>

namespace cotape::app {
namespace {

const Conv2dOptions padded = {.padding = Padding::same(3), .activation = Activation::relu};
const Conv2dOptions pooled = {.activation = Activation::relu, .max_pool = 2};

// What is left of an axis: each convolution without padding takes two pixels off, each pooling every second one.
std::int64_t left_of(std::int64_t size) { return ((size - 2) / 2 - 2) / 2; }

std::int64_t features(const ClassifierSizes& sizes) {
  if (left_of(sizes.height) < 1 || left_of(sizes.width) < 1)
    fail<ValueError>("images of ", sizes.height, " × ", sizes.width, " pixels: the net needs 10 × 10 or more");
  return left_of(sizes.height) * left_of(sizes.width) * 64;
}

}  // namespace

VanillaCnn::VanillaCnn(const ClassifierSizes& sizes, Rng& rng)
    : conv1_(sizes.channels, 32, 3, padded, rng),
      conv2_(32, 32, 3, pooled, rng),
      conv3_(32, 64, 3, padded, rng),
      conv4_(64, 64, 3, pooled, rng),
      fc1_(features(sizes), 512, {.activation = Activation::relu}, rng),
      fc2_(512, sizes.classes, {}, rng) {
  add("conv1", conv1_);
  add("conv2", conv2_);
  add("conv3", conv3_);
  add("conv4", conv4_);
  add("fc1", fc1_);
  add("fc2", fc2_);
  for (Conv2d* conv : {&conv1_, &conv2_, &conv3_, &conv4_}) init::glorot_uniform(conv->weight().mutable_value(), rng);
}

Var VanillaCnn::forward(Var images) {
  const Var features = conv4_(conv3_(conv2_(conv1_(images))));
  return fc2_(fc1_(reshape(features, {images.shape()[0], -1})));
}

}  // namespace cotape::app
