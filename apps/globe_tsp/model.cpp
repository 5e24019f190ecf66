#include <cotape/apps/globe_tsp/model.h>
#include <cotape/data/sets/globe_tours.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/perturb/projections.h>

namespace cotape::app {
namespace {

constexpr std::int64_t kernel = 4, stride = 2, channels1 = 20, channels2 = 50, units = 500;

Conv2dOptions conv_options(bool pooled) {
  return {.stride = stride, .activation = Activation::relu, .max_pool = pooled ? 2 : 1};
}

// What the convolutions leave of a side of a flag: 20 × 40 pixels become 1 × 3 with pooling, 3 × 8 without.
std::int64_t remaining(std::int64_t size, bool pooled) {
  const auto after_conv = [](std::int64_t n) { return (n - kernel) / stride + 1; };
  const std::int64_t first = after_conv(size);
  return after_conv(pooled ? first / 2 : first);
}

std::int64_t features(bool pooled) {
  return remaining(World::flag_height, pooled) * remaining(World::flag_width, pooled) * channels2;
}

}  // namespace

FlagNet::FlagNet(bool pooled, Rng& rng)
    : conv1_(3, channels1, kernel, conv_options(pooled), rng),
      conv2_(channels1, channels2, kernel, conv_options(false), rng),
      fc1_(features(pooled), units, {.activation = Activation::relu}, rng),
      fc2_(units, 3, {}, rng) {
  add("conv1", conv1_);
  add("conv2", conv2_);
  add("fc1", fc1_);
  add("fc2", fc2_);
}

Var FlagNet::forward(Var flags) {
  const Var x = conv2_(conv1_(flags));
  return unit_norm(fc2_(fc1_(reshape(x, {x.shape()[0], -1}))));
}

}  // namespace cotape::app
