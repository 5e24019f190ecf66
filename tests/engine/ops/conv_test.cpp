#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/kernels/conv_batch_lanes.h>
#include <cotape/engine/kernels/conv_squares.h>
#include <cotape/engine/kernels/conv_winograd.h>
#include <cotape/engine/ops.h>

#include <cmath>
#include <limits>

#include "../../near.h"
#include "../../normal_tensor.h"

using namespace cotape;

namespace {

// The definition, number by number, in double.
Tensor plain_conv2d(const Tensor& x, const Tensor& weight, const ConvSettings& s) {
  const ConvGeometry g = conv_geometry(x.shape(), weight.shape(), s);
  Tensor y(g.y_shape());
  for (std::int64_t b = 0; b < g.batch; ++b)
    for (std::int64_t i = 0; i < g.out_h; ++i)
      for (std::int64_t j = 0; j < g.out_w; ++j)
        for (std::int64_t o = 0; o < g.out; ++o) {
          double sum = 0;
          for (std::int64_t r = 0; r < g.kh; ++r)
            for (std::int64_t c = 0; c < g.kw; ++c) {
              const std::int64_t row = i * g.stride.height + r * g.dilation.height - g.padding.top;
              const std::int64_t column = j * g.stride.width + c * g.dilation.width - g.padding.left;
              if (row < 0 || row >= g.h || column < 0 || column >= g.w) continue;
              const std::int64_t first = o / g.group_out() * g.group_in();
              const real* const pixel = x.data() + ((b * g.h + row) * g.w + column) * g.in + first;
              const real* const taps = weight.data() + (r * g.kw + c) * g.group_in() * g.out + o;
              for (std::int64_t k = 0; k < g.group_in(); ++k)
                sum += static_cast<double>(pixel[k]) * static_cast<double>(taps[k * g.out]);
            }
          y.at({b, i, j, o}) = static_cast<real>(sum);
        }
  return y;
}

Tensor conv_value(const Tensor& x, const Tensor& weight, const ConvSettings& s) {
  Tape tape;
  return conv2d(tape.constant(x), tape.constant(weight), s).value();
}

struct Case {
  Shape x, weight;
  ConvSettings settings;
};

}  // namespace

TEST_CASE("conv2d is its definition: by matrix product, by columns, by Winograd's tiles") {
  const Padding odd{1, 2, 0, 1};
  const std::vector<Case> cases = {
      {{2, 5, 7, 3}, {1, 1, 3, 4}, {}},                            // 1×1
      {{2, 5, 7, 3}, {1, 1, 3, 4}, {.stride = 2}},                 //
      {{2, 5, 7, 3}, {1, 1, 3, 4}, {.padding = Padding::all(1)}},  //
      {{2, 9, 8, 3}, {7, 7, 3, 5}, {.stride = 2, .padding = Padding::all(3)}},
      {{2, 6, 5, 2}, {4, 4, 2, 3}, {.padding = Padding::same(4)}},      // an even kernel
      {{2, 6, 5, 2}, {2, 3, 2, 3}, {.padding = odd}},                   // kernel and padding of unequal sides
      {{2, 7, 6, 2}, {3, 3, 2, 3}, {.stride = 3, .padding = odd}},      //
      {{1, 3, 3, 2}, {3, 3, 2, 2}, {}},                                 // one output
      {{3, 1, 1, 2}, {3, 3, 2, 2}, {.padding = Padding::all(1)}},       // one pixel
      {{40, 24, 24, 3}, {3, 3, 3, 8}, {.padding = Padding::all(1)}},    // several blocks
      {{2, 8, 8, 16}, {3, 3, 16, 16}, {.padding = Padding::all(1)}},    // Winograd: whole tiles
      {{2, 6, 9, 17}, {3, 3, 17, 19}, {.padding = Padding::all(1)}},    // tiles and lanes that are not full
      {{2, 7, 5, 16}, {3, 3, 16, 33}, {}},                              // no padding
      {{2, 7, 5, 16}, {3, 3, 16, 16}, {.padding = odd}},                //
      {{2, 4, 4, 16}, {3, 3, 16, 16}, {.padding = Padding::all(3)}},    // more padding than the filter reaches
      {{9, 24, 20, 24}, {3, 3, 24, 40}, {.padding = Padding::all(1)}},  // several blocks
      {{2, 12, 12, 3}, {7, 7, 3, 16}, {.stride = 2, .padding = Padding::all(3)}},   // by squares: whole tiles
      {{2, 13, 17, 3}, {7, 7, 3, 35}, {.stride = 2, .padding = Padding::all(3)}},   // tiles and squares that are not
      {{2, 16, 19, 1}, {8, 8, 1, 16}, {.stride = 2, .padding = {2, 3, 0, 1}}},      //
      {{2, 11, 12, 2}, {7, 8, 2, 17}, {.stride = 2, .padding = {1, 0, 4, 0}}},      // one side is filled up
      {{2, 7, 9, 5}, {7, 7, 5, 16}, {.stride = 2}},                                 // one output down
      {{2, 5, 4, 1}, {7, 7, 1, 16}, {.stride = 2, .padding = Padding::all(5)}},     // more padding than image
      {{9, 48, 44, 3}, {7, 7, 3, 64}, {.stride = 2, .padding = Padding::same(7)}},  // several blocks
      {{2, 12, 12, 3}, {8, 8, 3, 16}, {.stride = 2, .padding = Padding::all(3)}},   // a ninth row: by columns
      {{2, 9, 8, 3}, {3, 2, 3, 5}, {.stride = {2, 3}, .padding = odd}},
      {{2, 9, 8, 17}, {3, 3, 17, 16}, {.padding = Padding::same(3, 2), .dilation = 2}},
      {{2, 9, 8, 3}, {3, 3, 3, 4}, {.stride = {3, 1}, .padding = Padding::all(2), .dilation = {1, 3}}},
      {{2, 5, 7, 6}, {1, 1, 2, 9}, {.groups = 3}},
      {{2, 9, 8, 32}, {3, 3, 16, 34}, {.stride = {1, 2}, .padding = Padding::all(1), .groups = 2}},
      {{2, 9, 8, 6}, {3, 2, 1, 12}, {.padding = odd, .dilation = {2, 1}, .groups = 6}},  // two filters a channel
      {{2, 9, 8, 37}, {3, 3, 1, 37}, {.padding = Padding::all(1), .groups = 37}},        // depthwise
      {{3, 9, 8, 5}, {5, 2, 1, 5}, {.stride = {2, 3}, .padding = odd, .dilation = {2, 3}, .groups = 5}},
  };
  for (const Case& c : cases) {
    const Tensor x = normal_tensor(c.x, 1), weight = normal_tensor(c.weight, 2);
    CAPTURE(c.x);
    CAPTURE(c.weight);
    const ConvGeometry g = conv_geometry(c.x, c.weight, c.settings);
    const double bound = winograd_applies(g) || squares_apply(g) ? 1e-5 : 2e-6;
    CHECK(relative_distance(conv_value(x, weight, c.settings), plain_conv2d(x, weight, c.settings)) < bound);
  }
}

TEST_CASE("Winograd's tiles are used where they pay") {
  const auto applies = [](const Shape& weight, std::int64_t stride) {
    return winograd_applies(conv_geometry({1, 9, 9, weight[2]}, weight, {.stride = stride}));
  };
  CHECK(applies({3, 3, 16, 16}, 1));
  CHECK_FALSE(applies({3, 3, 16, 16}, 2));
  CHECK_FALSE(applies({5, 5, 16, 16}, 1));
  CHECK_FALSE(applies({3, 3, 3, 64}, 1));
}

TEST_CASE("squares of pixels are used where they fit") {
  const auto apply = [](const Shape& weight, const ConvSettings& settings) {
    return squares_apply(conv_geometry({1, 20, 20, weight[2]}, weight, settings));
  };
  CHECK(apply({7, 7, 3, 64}, {.stride = 2, .padding = Padding::all(3)}));
  CHECK(apply({7, 8, 3, 64}, {.stride = 2, .padding = {1, 0, 2, 0}}));
  CHECK_FALSE(apply({7, 8, 3, 64}, {.stride = 2, .padding = {2, 0, 1, 0}}));
  CHECK_FALSE(apply({7, 7, 3, 64}, {.stride = 1}));
  CHECK_FALSE(apply({6, 6, 3, 64}, {.stride = 2}));
  CHECK_FALSE(apply({7, 7, 3, 8}, {.stride = 2}));
  CHECK_FALSE(apply({7, 7, 3, 64}, {.stride = 2, .max_pool = 2}));
}

TEST_CASE("conv2d: bias and ReLU in the same pass") {
  for (const std::int64_t channels : {3, 16}) {
    const Tensor x = normal_tensor({2, 5, 6, channels}, 1), w = normal_tensor({3, 3, channels, 18}, 2);
    const Tensor b = normal_tensor({18}, 3);
    Tape tape;
    const Var vx = tape.constant(x), vw = tape.constant(w), vb = tape.constant(b);
    const Var fused = conv2d(vx, vw, vb, {.padding = Padding::all(1), .activation = Activation::relu});
    const Var apart = relu(conv2d(vx, vw, {.padding = Padding::all(1)}) + vb);
    CHECK(fused.value() == apart.value());
  }
}

TEST_CASE("conv2d: pooling in the same pass is pooling behind it") {
  struct Pooled {
    Shape x, weight;
    std::int64_t stride;
    Padding padding;
    std::int64_t pool;
  };
  const std::vector<Pooled> cases = {
      {{3, 96, 96, 3}, {4, 4, 3, 32}, 1, Padding::same(4), 4},  // several blocks
      {{2, 20, 40, 3}, {4, 4, 3, 20}, 2, {}, 2},                // rows and columns that fill no window; lanes not full
      {{2, 9, 11, 2}, {3, 2, 2, 5}, 1, {1, 0, 2, 1}, 3},        //
      {{2, 6, 6, 16}, {3, 3, 16, 16}, 1, Padding::all(1), 2},   // Winograd's
      {{3, 9, 13, 16}, {3, 3, 16, 23}, 1, {2, 0, 1, 2}, 2},     // the same, with what fills no tile, window or register
      {{2, 8, 8, 16}, {3, 3, 16, 16}, 1, Padding::all(1), 4},   // windows of another size are not
      {{2, 5, 4, 3}, {1, 1, 3, 17}, 1, {}, 2},                  // 1×1
      {{1, 4, 4, 2}, {2, 2, 2, 3}, 1, {}, 3},                   // one window
  };
  for (const Pooled& c : cases)
    for (const Activation activation : {Activation::none, Activation::relu}) {
      CAPTURE(c.x);
      Tape tape;
      const Tensor bias = normal_tensor({c.weight[3]}, 3);
      const auto run = [&](bool fused) {
        tape.clear();
        const Var x = tape.variable(normal_tensor(c.x, 1)), w = tape.variable(normal_tensor(c.weight, 2));
        const Var b = tape.variable(bias);
        ConvSettings settings{.stride = c.stride, .padding = c.padding, .activation = activation};
        if (fused) settings.max_pool = c.pool;
        Var y = conv2d(x, w, b, settings);
        if (!fused) y = max_pool2d(y, {c.pool, c.pool, {}});
        tape.backward(y, normal_tensor(y.shape(), 4));
        return std::vector<Tensor>{y.value(), x.gradient(), w.gradient(), b.gradient()};
      };
      const std::vector<Tensor> apart = run(false), fused = run(true);
      for (std::size_t i = 0; i < apart.size(); ++i) {
        REQUIRE(fused[i].shape() == apart[i].shape());
        CHECK(relative_distance(fused[i], apart[i]) < 1e-5);
      }
    }
}

TEST_CASE("conv2d with an image in each lane: a batch is convolved as its parts are") {
  struct Many {
    Shape x, weight;
    ConvSettings settings;
  };
  const Padding odd{1, 2, 0, 1};
  const std::vector<Many> cases = {
      {{145, 20, 40, 3}, {4, 4, 3, 20}, {.stride = 2, .max_pool = 2}},
      {{131, 9, 7, 2}, {3, 3, 2, 5}, {.padding = odd, .activation = Activation::relu}},
      {{128, 9, 12, 1}, {3, 2, 1, 7}, {.stride = {2, 3}, .padding = odd, .max_pool = 2}},
      {{129, 13, 11, 3}, {2, 3, 3, 6}, {.padding = Padding::all(2), .max_pool = 3, .dilation = {2, 3}}},
      {{140, 6, 5, 2}, {2, 2, 2, 5}, {.dilation = {1, 2}}},
      {{132, 4, 5, 4}, {4, 4, 4, 21}, {}},  // fewer pixels than a tile has
  };
  for (const Many& c : cases) {
    CAPTURE(c.x);
    const ConvGeometry g = conv_geometry(c.x, c.weight, c.settings);
    if (sizeof(real) == 4 && g.out == 5) CHECK(batch_lanes_apply(g));
    CHECK_FALSE(batch_lanes_apply(conv_geometry(c.x.with(0, 8), c.weight, c.settings)));
    const Tensor x = normal_tensor(c.x, 1), dy = normal_tensor(g.y_shape(), 4), bias = normal_tensor({g.out}, 3);
    // y, dx, dweight and dbias of some images.
    const auto run = [&](std::int64_t first, std::int64_t count) {
      Tape tape;
      std::vector<std::int64_t> images;
      for (std::int64_t i = 0; i < count; ++i) images.push_back(first + i);
      const Var all = tape.variable(x), w = tape.variable(normal_tensor(c.weight, 2)), b = tape.variable(bias);
      const Var y = conv2d(gather_rows(all, images), w, b, c.settings);
      tape.backward(y, gather_rows(tape.constant(dy), images).value());
      return std::vector<Tensor>{y.value(), all.gradient(), w.gradient(), b.gradient()};
    };
    const std::vector<Tensor> whole = run(0, g.batch);
    std::vector<Tensor> parts = {Tensor(g.y_shape()), Tensor(c.x), Tensor(c.weight), Tensor({g.out})};
    for (std::int64_t first = 0; first < g.batch; first += 8) {
      const std::vector<Tensor> part = run(first, std::min<std::int64_t>(8, g.batch - first));
      std::copy(part[0].values().begin(), part[0].values().end(),
                parts[0].data() + first * part[0].size() / part[0].shape()[0]);
      for (std::size_t k = 1; k < parts.size(); ++k)
        for (std::int64_t i = 0; i < parts[k].size(); ++i) parts[k][i] += part[k][i];
    }
    for (std::size_t k = 0; k < parts.size(); ++k) {
      CAPTURE(k);
      CHECK(relative_distance(whole[k], parts[k]) < 2e-6);
    }
  }
}

TEST_CASE("conv2d: of equal numbers in a window the first gets the gradient, a NaN goes through") {
  Tape tape;
  Tensor image({1, 2, 4, 1}, 1);
  image.at({0, 1, 3, 0}) = std::numeric_limits<real>::quiet_NaN();
  const Var x = tape.variable(image);
  const Var y = conv2d(x, tape.constant(Tensor({1, 1, 1, 1}, 2)), {.max_pool = 2});
  CHECK(y.value()[0] == 2);
  CHECK(std::isnan(y.value()[1]));
  tape.backward(y, Tensor(y.shape(), 3));
  CHECK(x.gradient() == Tensor({1, 2, 4, 1}, {6, 0, 0, 0, 0, 0, 0, 6}));
}

TEST_CASE("conv2d by Winograd's tiles: the largest number of a window gets the gradient, a NaN goes through") {
  Tape tape;
  Tensor image({1, 8, 8, 16}, 1), filters({3, 3, 16, 16});
  for (std::int64_t c = 0; c < 16; ++c) filters.at({1, 1, c, c}) = 1;  // leaves the image as it is
  image.at({0, 3, 1, 5}) = 2;
  image.at({0, 7, 7, 3}) = std::numeric_limits<real>::quiet_NaN();
  const Var x = tape.variable(image);
  const Var y = conv2d(x, tape.constant(filters), {.padding = Padding::all(1), .max_pool = 2});
  CHECK(std::isnan(y.value().at({0, 3, 3, 3})));
  CHECK(y.value().at({0, 1, 0, 5}) == doctest::Approx(2));
  Tensor dy(y.shape());
  dy.at({0, 1, 0, 5}) = 3;
  tape.backward(y, dy);
  for (std::int64_t i = 0; i < 8; ++i)
    for (std::int64_t j = 0; j < 8; ++j) {
      CAPTURE(i);
      CAPTURE(j);
      CHECK(x.gradient().at({0, i, j, 5}) == doctest::Approx(i == 3 && j == 1 ? 3 : 0));
    }
}

TEST_CASE("convolution, pooling and normalisation: same bits for any number of threads") {
  const auto run = [](int threads) {
    const ThreadLimit limit(threads);
    Tape tape;
    tape.keep_gradients(true);
    std::vector<Tensor> results;
    const Var x = tape.variable(normal_tensor({12, 22, 26, 20}, 1)),
              w = tape.variable(normal_tensor({3, 3, 20, 24}, 2));
    const Var w5 = tape.variable(normal_tensor({5, 5, 20, 24}, 3)), gain = tape.variable(normal_tensor({24}, 4));
    const Var bias = tape.variable(normal_tensor({24}, 5));
    ChannelStatistics statistics;
    Var y = conv2d(x, w, {.padding = Padding::all(1)}) + conv2d(x, w5, bias, {.padding = Padding::all(2)});
    y = batch_norm(y, gain, bias, statistics, {.activation = Activation::relu});
    y = average_pool2d(max_pool2d(y, {3, 2, Padding::all(1)}), {2, 1, {}});
    results.push_back(y.value());
    tape.backward(mean(square(y)));
    const Var pooled = conv2d(x, w5, bias, {.padding = Padding::all(1), .max_pool = 3});
    results.push_back(pooled.value());
    tape.backward(mean(square(pooled)));
    const Var image = tape.variable(normal_tensor({12, 45, 44, 3}, 8)),
              w7 = tape.variable(normal_tensor({7, 7, 3, 24}, 9));
    const Var squares = conv2d(image, w7, bias, {.stride = 2, .padding = Padding::all(3)});
    results.push_back(squares.value());
    tape.backward(mean(square(squares)));
    for (const Var& v : {image, w7}) results.push_back(v.gradient());
    const Var many = tape.variable(normal_tensor({200, 9, 8, 3}, 6)),
              few = tape.variable(normal_tensor({3, 3, 3, 5}, 7));
    const Var lanes = conv2d(many, few, {.padding = Padding::all(1), .max_pool = 2});
    results.push_back(lanes.value());
    tape.backward(mean(square(lanes)));
    results.push_back(few.gradient());
    for (const Var& v : {x, w, w5, gain, bias}) results.push_back(v.gradient());
    return results;
  };
  const std::vector<Tensor> one = run(1);
  for (const int threads : {2, 3}) CHECK(run(threads) == one);
}

TEST_CASE("conv2d: errors name what does not fit") {
  Tape tape;
  const Var x = tape.constant(Tensor({2, 5, 5, 3})), w = tape.constant(Tensor({3, 3, 3, 4}));
  CHECK_THROWS_WITH_AS(conv2d(tape.constant(Tensor({5, 5, 3})), w),
                       "conv2d: x [5,5,3] is not [batch, height, width, channels]", ShapeError);
  CHECK_THROWS_WITH_AS(conv2d(x, tape.constant(Tensor({3, 3, 2, 4}))),
                       "conv2d: channels differ: x [2,5,5,3] weight [3,3,2,4] (3 != 2)", ShapeError);
  CHECK_THROWS_WITH_AS(
      conv2d(tape.constant(Tensor({8, 3, 32, 32})), w),
      "conv2d: channels differ: x [8,3,32,32] weight [3,3,3,4] (32 != 3); x looks like [batch, channels, "
      "height, width], but must be [batch, height, width, channels]: permute it with {0, 2, 3, 1}",
      ShapeError);
  CHECK_THROWS_WITH_AS(conv2d(x, tape.constant(Tensor({6, 3, 3, 4}))),
                       "conv2d: a window of 6 along a height of 5 + 0 padding", ShapeError);
  CHECK_THROWS_WITH_AS(conv2d(x, w, {.stride = 0}), "conv2d: stride 0 is less than 1", ValueError);
  CHECK_THROWS_WITH_AS(conv2d(x, w, {.padding = {0, -1, 0, 0}}), "conv2d: padding 0 and -1 along the height: negative",
                       ValueError);
  CHECK_THROWS_WITH_AS(conv2d(x, w, {.max_pool = 0}), "conv2d: max_pool 0 is less than 1", ValueError);
  CHECK_THROWS_WITH_AS(conv2d(x, w, {.max_pool = 4}), "conv2d: max_pool 4 of 3 × 3 pixels", ShapeError);
  CHECK_THROWS_WITH_AS(conv2d(x, w, tape.constant(Tensor({3}))),
                       "conv2d: bias [3] for a weight [3,3,3,4]: it must be [4]", ShapeError);
}
