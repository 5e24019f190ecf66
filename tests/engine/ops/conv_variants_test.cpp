#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/ops.h>

#include <string>
#include <vector>

#include "../../near.h"
#include "../../normal_tensor.h"

using namespace cotape;

namespace {

// Multiples of a half between −2.5 and 2.5, whose products and sums are exact.
Tensor halves(const Shape& shape) {
  Tensor x(shape);
  for (std::int64_t i = 0; i < x.size(); ++i) x[i] = static_cast<real>(7 * i % 11 - 5) / 2;
  return x;
}

double inner_product(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  double sum = 0;
  for (std::int64_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

}  // namespace

TEST_CASE("convolutions have PyTorch's values: groups, dilation, unequal strides, sequences, transposes") {
  Tape tape;
  const auto in = [&](const Shape& shape) { return tape.constant(halves(shape)); };
  const Var bias = tape.constant(Tensor({3}, {1, -1, real(0.5)}));
  CHECK(conv2d(in({1, 4, 5, 4}), in({2, 2, 2, 2}),
               {.stride = {1, 2}, .padding = {0, 0, 1, 1}, .dilation = {2, 1}, .groups = 2})
            .value() == Tensor({1, 2, 3, 2}, {-4.25, -0.25, 3.5, -7, 3.5, 7, 3.25, 2.75, 3.5, -7.75, -4.75, -7.5}));
  CHECK(conv1d(in({1, 6, 2}), in({3, 2, 3}), bias, {.padding = Padding1d::causal(3)}).value() ==
        Tensor({1, 6, 3}, {-1, 0, -3.75, -2.25, -4.25, 5.5, 11.25, -2.5, -4.5, 10.5, -2, 5.5, -1.25, -1.5, -3.75, -7.5,
                           4.5, -7.5}));
  CHECK(conv_transpose2d(in({1, 2, 3, 2}), in({2, 2, 3, 2}), bias,
                         {.stride = {2, 1}, .padding = {1, 1, 0, 0}, .output_padding = {1, 0}})
            .value() ==
        Tensor({1, 3, 4, 3}, {-2.5, -6.75, 6.25, -4.5, -6.5,  14.25, -2,    -3.25, 1.75, 4, 0.5,   -2.25,
                              -4,   -3,    1.5,  11.5, 0.75,  -3.75, -4.25, -0.5,  1.25, 0, -3.75, 7,
                              3,    4,     -2.5, -2.5, -2.25, 1.5,   0,     -7.25, 2.75, 6, -0.5,  -0.75}));
  CHECK(conv_transpose2d(in({1, 2, 2, 4}), in({2, 2, 1, 4}), {.dilation = {1, 2}, .groups = 2}).value() ==
        Tensor({1, 3, 4, 2}, {7.25,  7.25,  -2.75, -2, -2.75, -2,  2.5,  4,    13,   -11.5, -6.75, -2.25,
                              -6.75, -2.25, 4,     10, 6.25,  6.5, -3.5, -2.5, -3.5, -2.5,  2,     6.5}));
}

TEST_CASE("conv2d in groups is a convolution for each group, also with bias, ReLU and pooling") {
  for (const std::int64_t pool : {1, 2})
    for (const std::int64_t per_group : {1, 8, 20}) {  // depthwise, few channels, more than a register
      const std::int64_t groups = 3;
      CAPTURE(pool);
      CAPTURE(per_group);
      const ConvSettings each{.padding = Padding::same(3), .activation = Activation::relu, .max_pool = pool};
      const auto run = [&](bool apart) {
        Tape tape;
        const Var x = tape.variable(normal_tensor({2, 7, 9, groups * per_group}, 1));
        const Var weight = tape.variable(normal_tensor({3, 2, per_group, groups * per_group}, 2));
        const Var bias = tape.variable(normal_tensor({groups * per_group}, 3));
        std::vector<Var> parts;
        for (std::int64_t g = 0; g < groups; ++g) {
          const auto own = [&](Var v) { return slice(v, -1, g * per_group, (g + 1) * per_group); };
          parts.push_back(conv2d(own(x), own(weight), own(bias), each));
        }
        ConvSettings together = each;
        together.groups = groups;
        const Var y = apart ? concat(std::span<const Var>(parts), -1) : conv2d(x, weight, bias, together);
        tape.backward(y, normal_tensor(y.shape(), 4));
        return std::vector<Tensor>{y.value(), x.gradient(), weight.gradient(), bias.gradient()};
      };
      const std::vector<Tensor> found = run(false), expected = run(true);
      for (std::size_t i = 0; i < found.size(); ++i) CHECK(relative_distance(found[i], expected[i]) < 1e-5);
    }
}

TEST_CASE("conv_transpose2d is the transpose of conv2d by every way that it is computed") {
  struct Row {
    Shape y, weight;
    ConvTransposeSettings settings;
  };
  const std::vector<Row> rows = {
      {{2, 6, 5, 3}, {1, 1, 3, 4}, {}},                                            // one matrix product
      {{2, 8, 6, 16}, {3, 3, 16, 17}, {.padding = Padding::all(1)}},               // Winograd's tiles
      {{2, 7, 6, 5}, {3, 3, 1, 5}, {.padding = {0, 1, 1, 0}, .groups = 5}},        // depthwise
      {{2, 8, 9, 3}, {3, 2, 3, 5}, {.stride = {2, 3}, .output_padding = {1, 1}}},  //
      {{2, 10, 9, 6}, {2, 3, 2, 6}, {.stride = 2, .output_padding = {1, 0}, .dilation = {2, 1}, .groups = 3}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.y);
    const ConvTransposeSettings& s = row.settings;
    Tape tape;
    const Var y = tape.constant(normal_tensor(row.y, 1)), weight = tape.constant(normal_tensor(row.weight, 2));
    const Var there =
        conv2d(y, weight, {.stride = s.stride, .padding = s.padding, .dilation = s.dilation, .groups = s.groups});
    const Var x = tape.constant(normal_tensor(there.shape(), 3));
    const Var back = conv_transpose2d(x, weight, s);
    const double expected = inner_product(there.value(), x.value());
    CHECK(inner_product(y.value(), back.value()) == doctest::Approx(expected).epsilon(1e-4));
    const Var bias = tape.constant(normal_tensor({row.y[3]}, 4));
    ConvTransposeSettings with_relu = s;
    with_relu.activation = Activation::relu;
    CHECK(conv_transpose2d(x, weight, bias, with_relu).value() == relu(back + bias).value());
  }
}

TEST_CASE("conv1d and conv_transpose1d are the ops of images of height 1") {
  Tape tape;
  const Var x = tape.constant(normal_tensor({2, 9, 4}, 1)), image = reshape(x, {2, 1, 9, 4});
  const Var weight = tape.constant(normal_tensor({3, 2, 6}, 2)), back = tape.constant(normal_tensor({3, 5, 4}, 3));
  CHECK(conv1d(x, weight, {.stride = 2, .padding = {2, 1}, .dilation = 2, .groups = 2}).value() ==
        reshape(conv2d(image, reshape(weight, {1, 3, 2, 6}),
                       {.stride = 2, .padding = {0, 0, 2, 1}, .dilation = 2, .groups = 2}),
                {2, 4, 6})
            .value());
  CHECK(conv_transpose1d(x, back, {.stride = 2, .padding = {1, 0}, .output_padding = 1}).value() ==
        reshape(conv_transpose2d(image, reshape(back, {1, 3, 5, 4}),
                                 {.stride = {1, 2}, .padding = {0, 0, 1, 0}, .output_padding = {0, 1}}),
                {2, 19, 5})
            .value());
}

TEST_CASE("convolutions without pixels or images have values and gradients of zeros") {
  Tape tape;
  const Var none = tape.variable(Tensor({0, 5, 5, 4})), weight = tape.variable(Tensor({3, 3, 1, 4}, 1));
  tape.backward(sum(conv2d(none, weight, {.groups = 4})) + sum(conv_transpose2d(none, weight, {.groups = 4})));
  CHECK(weight.gradient() == Tensor({3, 3, 1, 4}));
}

TEST_CASE("grouped, depthwise and transposed convolutions: same bits for any number of threads, memory stands still") {
  const auto run = [](int threads, Tape& tape) {
    const ThreadLimit limit(threads);
    tape.clear();
    const Var x = tape.variable(normal_tensor({9, 30, 34, 24}, 1));
    const Var deep = tape.variable(normal_tensor({3, 3, 1, 24}, 2)),
              grouped = tape.variable(normal_tensor({3, 3, 8, 24}, 3));
    const Var up = tape.variable(normal_tensor({2, 2, 12, 24}, 4)), bias = tape.variable(normal_tensor({12}, 5));
    Var y = conv2d(x, deep, {.padding = Padding::all(1), .groups = 24});
    y = conv2d(y, grouped, {.stride = 2, .padding = Padding::all(2), .dilation = 2, .groups = 3});
    y = conv_transpose2d(y, up, bias, {.stride = 2, .activation = Activation::relu});
    tape.backward(mean(square(y)));
    std::vector<Tensor> results = {y.value()};
    for (const Var& v : {x, deep, grouped, up, bias}) results.push_back(v.gradient());
    return results;
  };
  Tape tape;
  const std::vector<Tensor> one = run(1, tape);
  for (const int threads : {2, 3}) CHECK(run(threads, tape) == one);
  const std::size_t allocations = tape.allocations();
  run(3, tape);
  CHECK(tape.allocations() == allocations);
}

TEST_CASE("convolutions: errors name what does not fit") {
  Tape tape;
  const auto in = [&](const Shape& shape) { return tape.constant(Tensor(shape)); };
  const Var x = in({2, 5, 5, 4}), w = in({3, 3, 2, 6}), line = in({2, 5, 4});
  CHECK_THROWS_WITH_AS(conv2d(x, w, {.groups = 4}),
                       "conv2d: the 6 filters of weight [3,3,2,6] do not divide into 4 groups", ShapeError);
  CHECK_THROWS_WITH_AS(conv2d(x, w, {.groups = 3}),
                       "conv2d: channels differ: x [2,5,5,4] weight [3,3,2,6] in 3 groups (4 != 3 · 2)", ShapeError);
  CHECK_THROWS_WITH_AS(conv2d(x, w, {.groups = 0}), "conv2d: groups 0 is less than 1", ValueError);
  CHECK_THROWS_WITH_AS(conv2d(x, w, {.stride = {1, 0}, .groups = 2}), "conv2d: stride 0 is less than 1", ValueError);
  CHECK_THROWS_WITH_AS(conv2d(x, w, {.dilation = {1, 0}, .groups = 2}),
                       "conv2d: dilation 0 along the width is less than 1", ValueError);
  CHECK_THROWS_WITH_AS(conv2d(x, w, {.dilation = {1, 3}, .groups = 2}),
                       "conv2d: a window of 7 along a width of 5 + 0 padding", ShapeError);
  CHECK_THROWS_AS(conv2d(x, w, {.dilation = std::int64_t{1} << 62, .groups = 2}), ShapeError);
  CHECK_THROWS_WITH_AS(conv1d(x, w), "conv1d: x [2,5,5,4] is not [batch, length, channels]", ShapeError);
  CHECK_THROWS_WITH_AS(conv1d(line, w), "conv1d: weight [3,3,2,6] is not [kernel, in, out]", ShapeError);
  CHECK_THROWS_WITH_AS(conv1d(line, in({6, 4, 1})), "conv1d: a window of 6 along a length of 5 + 0 padding",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv1d(line, in({3, 3, 1})), "conv1d: channels differ: x [2,5,4] weight [3,3,1] (4 != 3)",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv_transpose2d(x, w),
                       "conv_transpose2d: channels differ: x [2,5,5,4] weight [3,3,2,6] (4 != 6)", ShapeError);
  const Var back = in({3, 3, 2, 4});
  CHECK_THROWS_WITH_AS(conv_transpose2d(line, back),
                       "conv_transpose2d: x [2,5,4] is not [batch, height, width, channels]", ShapeError);
  CHECK_THROWS_WITH_AS(conv_transpose2d(x, back, {.stride = 2, .output_padding = {0, 2}}),
                       "conv_transpose2d: output_padding 2 along the width is not in [0, stride 2)", ValueError);
  CHECK_THROWS_WITH_AS(conv_transpose2d(x, back, {.padding = Padding::all(4)}),
                       "conv_transpose2d: padding 8 leaves nothing of a width of 7", ShapeError);
  CHECK_THROWS_WITH_AS(conv_transpose2d(x, back, {.padding = {0, -1, 0, 0}}),
                       "conv_transpose2d: padding 0, -1, 0, 0 is not in [0, 1152921504606846975]", ValueError);
  CHECK_THROWS_WITH_AS(conv_transpose2d(x, back, {.groups = 3}),
                       "conv_transpose2d: the 4 channels in of weight [3,3,2,4] do not divide into 3 groups",
                       ShapeError);
  CHECK_THROWS_AS(conv_transpose2d(x, back, {.stride = Shape::max_size}), ShapeError);
  CHECK_THROWS_WITH_AS(conv_transpose2d(x, back, in({3})),
                       "conv_transpose2d: bias [3] for a weight [3,3,2,4]: it must be [2]", ShapeError);
  CHECK_THROWS_WITH_AS(conv_transpose1d(line, in({3, 2, 4}), {.stride = 0}),
                       "conv_transpose1d: stride 0 is less than 1", ValueError);
}
