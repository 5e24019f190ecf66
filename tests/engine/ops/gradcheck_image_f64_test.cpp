#include <doctest/doctest.h>

#include <cotape/engine/ops.h>

#include "../../check_gradients.h"

using namespace cotape;

namespace {

// Inputs have seeds that no cotangent has: batch_norm has no gradient along its own input.
using Inputs = std::span<const Var>;

std::string describe(const std::string& op, const Shape& x, std::int64_t kernel, std::int64_t stride,
                     const Padding& p) {
  return op + " " + to_string(x) + " kernel " + std::to_string(kernel) + " stride " + std::to_string(stride) +
         " padding " + std::to_string(p.top) + std::to_string(p.bottom) + std::to_string(p.left) +
         std::to_string(p.right);
}

}  // namespace

TEST_CASE("gradients of conv2d: kernels, strides, paddings, odd sizes") {
  for (const std::int64_t kernel : {1, 2, 3, 4})
    for (const std::int64_t stride : {1, 2, 3})
      for (const Padding& padding : {Padding{}, Padding::all(1), Padding::same(kernel), Padding{0, 2, 1, 0}})
        for (const Shape& shape : {Shape{2, 4, 5, 3}, Shape{1, 5, 7, 2}}) {
          check_gradients(describe("conv2d", shape, kernel, stride, padding),
                          [=](Tape&, Inputs v) { return conv2d(v[0], v[1], {.stride = stride, .padding = padding}); },
                          {normal_tensor(shape, 11), normal_tensor({kernel, kernel, shape[3], 2}, 2)});
        }
}

TEST_CASE("gradients of conv2d by Winograd's tiles, with channels that fill no lane") {
  for (const Padding& padding : {Padding{}, Padding::all(1), Padding{0, 2, 1, 0}, Padding::all(3)})
    for (const Shape& shape : {Shape{1, 4, 5, 17}, Shape{2, 3, 7, 16}})
      check_gradients(describe("conv2d", shape, 3, 1, padding),
                      [=](Tape&, Inputs v) { return conv2d(v[0], v[1], {.padding = padding}); },
                      {normal_tensor(shape, 11), normal_tensor({3, 3, shape[3], 18}, 2)});
}

TEST_CASE("gradients of conv2d with bias and ReLU") {
  for (const std::int64_t kernel : {1, 3})
    for (const std::int64_t channels : {3, 16}) {
      // A bias of ±100 keeps every sum away from the kink, on either side of it.
      Tensor bias({16});
      for (std::int64_t i = 0; i < bias.size(); ++i) bias[i] = i % 2 == 0 ? 100 : -100;
      check_gradients("conv2d with bias and ReLU",
                      [=](Tape&, Inputs v) {
                        return conv2d(v[0], v[1], v[2],
                                      {.padding = Padding::same(kernel), .activation = Activation::relu});
                      },
                      {normal_tensor({2, 3, 5, channels}, 11), normal_tensor({kernel, kernel, channels, 16}, 2), bias});
    }
}

TEST_CASE("gradients of conv2d with bias and pooling") {
  for (const std::int64_t pool : {2, 3})
    for (const std::int64_t kernel : {1, 3})
      for (const std::int64_t stride : {1, 2})
        for (const Shape& shape : {Shape{2, 7, 9, 2}, Shape{1, 6, 8, 3}})
          check_gradients(
              describe("conv2d with pooling", shape, kernel, stride, Padding::same(kernel)),
              [=](Tape&, Inputs v) {
                return conv2d(v[0], v[1], v[2], {.stride = stride, .padding = Padding::same(kernel), .max_pool = pool});
              },
              {normal_tensor(shape, 11), normal_tensor({kernel, kernel, shape[3], 9}, 2), normal_tensor({9}, 3)});
}

TEST_CASE("gradients of conv2d with bias and pooling by Winograd's tiles") {
  for (const Shape& shape : {Shape{2, 4, 4, 16}, Shape{1, 7, 6, 17}})
    check_gradients(
        "conv2d with pooling",
        [](Tape&, Inputs v) { return conv2d(v[0], v[1], v[2], {.padding = Padding::same(3), .max_pool = 2}); },
        {normal_tensor(shape, 11), normal_tensor({3, 3, shape[3], 18}, 2), normal_tensor({18}, 3)});
}

TEST_CASE("gradients of pooling: windows, strides, paddings, odd sizes") {
  for (const std::int64_t window : {1, 2, 3})
    for (const std::int64_t stride : {1, 2, 3})
      for (const Padding& padding : {Padding{}, window > 1 ? Padding{1, 0, 0, 1} : Padding{}})
        for (const Shape& shape : {Shape{2, 5, 4, 3}, Shape{1, 3, 7, 9}}) {
          const PoolSettings s{window, stride, padding};
          check_gradients(describe("max_pool2d", shape, window, stride, padding),
                          [=](Tape&, Inputs v) { return max_pool2d(v[0], s); }, {distinct_tensor(shape)});
          check_gradients(describe("average_pool2d", shape, window, stride, padding),
                          [=](Tape&, Inputs v) { return average_pool2d(v[0], s); }, {normal_tensor(shape)});
        }
  for (const std::int64_t h : {1, 2, 5})
    for (const std::int64_t w : {1, 3, 8}) {
      check_gradients("adaptive_max_pool2d", [=](Tape&, Inputs v) { return adaptive_max_pool2d(v[0], h, w); },
                      {distinct_tensor({2, 5, 7, 3})});
      check_gradients("adaptive_average_pool2d", [=](Tape&, Inputs v) { return adaptive_average_pool2d(v[0], h, w); },
                      {normal_tensor({2, 5, 7, 3})});
    }
  const PoolSettings uneven{{2, 3}, {1, 2}, {1, 0, 2, 0}};
  check_gradients("max_pool2d with unequal sides", [=](Tape&, Inputs v) { return max_pool2d(v[0], uneven); },
                  {distinct_tensor({2, 5, 7, 3})});
  check_gradients("average_pool2d with unequal sides", [=](Tape&, Inputs v) { return average_pool2d(v[0], uneven); },
                  {normal_tensor({2, 5, 7, 3})});
}

TEST_CASE("gradients of upsampling to larger and smaller images") {
  for (const Size2d& size : {Size2d{6, 10}, Size2d{3, 5}, Size2d{4, 7}, Size2d{1, 2}, Size2d{2, 17}})
    for (const Shape& shape : {Shape{2, 3, 5, 3}, Shape{1, 1, 4, 18}}) {
      check_gradients("upsample_nearest2d of " + to_string(shape),
                      [=](Tape&, Inputs v) { return upsample_nearest2d(v[0], size); }, {normal_tensor(shape)});
      check_gradients("upsample_bilinear2d of " + to_string(shape),
                      [=](Tape&, Inputs v) { return upsample_bilinear2d(v[0], size); }, {normal_tensor(shape)});
    }
}

TEST_CASE("gradients of batch_norm: with its own and with given statistics, with skip and ReLU") {
  for (const Shape& shape : {Shape{7, 3}, Shape{2, 3, 4, 9}, Shape{70, 2}}) {
    const Shape channels{shape[-1]};
    for (const Activation activation : {Activation::none, Activation::relu})
      for (const bool skip : {false, true}) {
        // Kinks are kept away: the bias puts half of the channels well above zero and half well below.
        Tensor bias(channels);
        for (std::int64_t i = 0; i < bias.size(); ++i)
          bias[i] = (activation == Activation::relu ? 20 : 1) * real(i % 2 == 0 ? 1 : -1);
        std::vector<Tensor> inputs = {normal_tensor(shape, 11), uniform_tensor(channels, 0.5, 1.5), bias};
        if (skip) inputs.push_back(normal_tensor(shape, 3));
        const BatchNormSettings s{.activation = activation};
        const auto skipped = [skip](Inputs v) { return skip ? std::optional<Var>(v[3]) : std::nullopt; };
        check_gradients(
            "batch_norm " + to_string(shape),
            [=](Tape&, Inputs v) {
              ChannelStatistics statistics;
              return batch_norm(v[0], v[1], v[2], statistics, s, skipped(v));
            },
            inputs);
        const Tensor mean = normal_tensor(channels, 5), variance = uniform_tensor(channels, 0.5, 2);
        check_gradients(
            "batch_norm with given statistics " + to_string(shape),
            [=](Tape&, Inputs v) { return batch_norm(v[0], v[1], v[2], mean, variance, s, skipped(v)); }, inputs);
      }
  }
}

TEST_CASE("gradients of batch_norm with pooling: with its own and with given statistics, ReLU, either sign of gain") {
  const std::vector<PoolSettings> pools = {{3, 2, Padding::all(1)}, {2, 2, {}}, {2, 1, {1, 0, 0, 1}}, {1, 3, {}}};
  for (const Shape& shape : {Shape{2, 5, 4, 3}, Shape{1, 4, 7, 9}})
    for (const PoolSettings& pool : pools)
      for (const Activation activation : {Activation::none, Activation::relu}) {
        const Shape channels{shape[3]};
        // Kinks are kept away: the bias puts half of the channels well above zero and half well below, and the numbers
        // of a window are distinct.
        Tensor bias(channels), gain = uniform_tensor(channels, 0.5, 1.5);
        for (std::int64_t i = 0; i < bias.size(); ++i) {
          bias[i] = (activation == Activation::relu ? 20 : 1) * real(i % 2 == 0 ? 1 : -1);
          if (i % 3 == 0) gain[i] = -gain[i];
        }
        Tensor x = distinct_tensor(shape, 11);
        for (real& value : x.values()) value *= real(0.02);
        const BatchNormSettings s{.activation = activation, .max_pool = pool};
        check_gradients(
            describe("batch_norm with pooling", shape, pool.window.height, pool.stride.height, pool.padding),
            [=](Tape&, Inputs v) {
              ChannelStatistics statistics;
              return batch_norm(v[0], v[1], v[2], statistics, s);
            },
            {x, gain, bias});
        const Tensor mean = normal_tensor(channels, 5), variance = uniform_tensor(channels, 0.5, 2);
        check_gradients(describe("batch_norm with pooling and given statistics", shape, pool.window.height,
                                 pool.stride.height, pool.padding),
                        [=](Tape&, Inputs v) { return batch_norm(v[0], v[1], v[2], mean, variance, s); },
                        {x, gain, bias});
      }
}
