#include <cotape/bench/micro/families.h>
#include <cotape/bench/micro/operation.h>
#include <cotape/engine/ops/conv.h>

namespace cotape::bench {
namespace {

struct Layer {
  const char* name;
  std::int64_t batch, height, width, in, kernel, out;
  ConvSettings settings;

  Shape x() const { return {batch, height, width, in}; }
  Shape weight() const { return {kernel, kernel, in, out}; }
  Shape y() const {
    const Padding& p = settings.padding;
    return {batch, (height + p.top + p.bottom - kernel) / settings.stride.height + 1,
            (width + p.left + p.right - kernel) / settings.stride.width + 1, out};
  }
  // Of the sum that defines a convolution, whichever way it is computed.
  double flops() const { return 2.0 * static_cast<double>(y().size() * kernel * kernel * in); }
};

// Without bias and activation, so that each product is timed alone.
constexpr Layer layers[] = {
    {"combresnet_12_conv1", 70, 96, 96, 3, 7, 64, {.stride = 2, .padding = Padding::all(3)}},
    {"combresnet_12_block", 70, 24, 24, 64, 3, 64, {.padding = Padding::all(1)}},
    {"combresnet_30_conv1", 8, 240, 240, 3, 7, 64, {.stride = 2, .padding = Padding::all(3)}},
    {"combresnet_30_block", 8, 60, 60, 64, 3, 64, {.padding = Padding::all(1)}},
    {"combresnet_12_readout", 70, 12, 12, 64, 1, 1, {}},
    {"pure_conv1", 70, 96, 96, 3, 4, 32, {.padding = Padding::same(4)}},
    {"pure_conv2", 70, 24, 24, 32, 2, 32, {.padding = Padding::same(2)}},
    {"pure_conv3", 70, 12, 12, 32, 2, 1, {.padding = Padding::same(2)}},
    {"globe_conv1", 1000, 20, 40, 3, 4, 20, {.stride = 2}},
    {"globe_conv2", 1000, 4, 9, 20, 4, 50, {.stride = 2}},
};

}  // namespace

void add_conv() {
  for (const Layer& layer : layers) {
    const Operation operation{{layer.x(), layer.weight()},
                              [&layer](std::span<const Var> v) { return conv2d(v[0], v[1], layer.settings); }};
    const std::string name = "conv2d/" + std::string(layer.name) + "/";
    const Work work{.flops = layer.flops()};
    add_forward(name + "forward", operation, work);
    add_backward(name + "filter_gradient", operation, {1}, work);
    add_backward(name + "input_gradient", operation, {0}, work);
  }
}

}  // namespace cotape::bench
