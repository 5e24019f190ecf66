#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/ops.h>

#include <limits>
#include <vector>

#include "../../near.h"
#include "../../normal_tensor.h"

using namespace cotape;

namespace {

struct Result {
  Tensor y, dx;
};

// The value, and the gradient for the cotangent 0, 1, 2, 3, −1, 0, 1, …
template <class F>
Result run(const Tensor& image, F f) {
  Tape tape;
  const Var x = tape.variable(image);
  const Var y = f(x);
  Tensor dy(y.shape());
  for (std::int64_t i = 0; i < dy.size(); ++i) dy[i] = static_cast<real>((i + 1) % 5 - 1);
  tape.backward(y, dy);
  return {y.value(), x.gradient()};
}

Tensor flat(const Tensor& x) { return x.reshaped({x.size()}); }

const Tensor picture({1, 3, 4, 1}, {1, 5, 2, -1, 3, 4, 0, -2, -7, 6, 8, -3});

}  // namespace

TEST_CASE("upsampling and average pooling over areas have PyTorch's values and gradients") {
  const Result nearest = run(picture, [](Var x) { return upsample_nearest2d(x, {4, 6}); });
  CHECK(nearest.y.shape() == Shape{1, 4, 6, 1});
  CHECK(flat(nearest.y) ==
        Tensor({24}, {1, 1, 5, 2, 2, -1, 1, 1, 5, 2, 2, -1, 3, 3, 4, 0, 0, -2, -7, -7, 6, 8, 8, -3}));
  CHECK(flat(nearest.dx) == Tensor({12}, {4, 5, 1, 1, 5, -1, 1, 2, 2, 0, 3, 3}));
  const Result larger = run(picture, [](Var x) { return upsample_bilinear2d(x, {5, 6}); });
  CHECK(relative_distance(flat(larger.y), Tensor({30}, {1,
                                                        3,
                                                        4.5,
                                                        2.5,
                                                        0.5,
                                                        -1,
                                                        real(1.8),
                                                        real(3.2),
                                                        real(4.033333),
                                                        real(1.766667),
                                                        real(-0.1),
                                                        real(-1.4),
                                                        3,
                                                        3.5,
                                                        real(3.333333),
                                                        real(0.6666667),
                                                        -1,
                                                        -2,
                                                        -3,
                                                        real(1.1),
                                                        real(5.133333),
                                                        real(4.866667),
                                                        real(1.1),
                                                        real(-2.6),
                                                        -7,
                                                        -0.5,
                                                        real(6.333333),
                                                        real(7.666667),
                                                        2.5,
                                                        -3})) < 1e-6);
  CHECK(relative_distance(flat(larger.dx), Tensor({12}, {real(1.7), real(4.666667), real(2.133333), real(0.1),
                                                         real(5.3), real(1.866667), real(0.9333333), 4.5, 0.5,
                                                         real(0.9666667), real(4.433333), real(2.9)})) < 1e-6);
  const Result smaller = run(picture, [](Var x) { return upsample_bilinear2d(x, {2, 3}); });
  CHECK(relative_distance(flat(smaller.y), Tensor({6}, {real(2.041667), 3.125, real(-0.7916667), real(-2.833333), 5.75,
                                                        real(-1.291667)})) < 1e-6);
  CHECK(relative_distance(flat(smaller.dx), Tensor({12}, {0, 0.375, 0.625, 1.25, 0.625, 0.125, real(0.08333333),
                                                          real(0.4166667), 1.875, 0, -0.375, 0})) < 1e-6);
  const Result areas = run(picture, [](Var x) { return adaptive_average_pool2d(x, 2, 3); });
  CHECK(flat(areas.y) == Tensor({6}, {3.25, 2.75, -0.25, 1.5, 4.5, 0.75}));
  CHECK(flat(areas.dx) == Tensor({12}, {0, 0.25, 0.75, 0.5, 0.75, 0.75, 0.5, 0.5, 0.75, 0.5, -0.25, 0}));
  const Result rows = run(picture, [](Var x) { return adaptive_average_pool2d(x, 5, 1); });  // more areas than rows
  CHECK(flat(rows.y) == Tensor({5}, {1.75, 1.5, 1.25, 1.125, 1}));
  CHECK(flat(rows.dx) == Tensor({12}, {0.125, 0.125, 0.125, 0.125, 1, 1, 1, 1, 0.125, 0.125, 0.125, 0.125}));
}

TEST_CASE("upsampling to the same size changes nothing, and a number that is no number stays where it is") {
  Tape tape;
  Tensor image = normal_tensor({2, 3, 5, 19}, 1);
  const Var x = tape.constant(image);
  CHECK(upsample_nearest2d(x, {3, 5}).value() == image);
  CHECK(upsample_bilinear2d(x, {3, 5}).value() == image);
  image.at({0, 1, 2, 3}) = std::numeric_limits<real>::infinity();
  const Tensor y = upsample_nearest2d(tape.constant(image), {6, 10}).value();
  std::int64_t infinite = 0;
  for (const real v : y.values()) {
    CHECK_FALSE(v != v);
    infinite += v == std::numeric_limits<real>::infinity();
  }
  CHECK(infinite == 4);
}

TEST_CASE("upsampling: same bits for any number of threads, no tensor memory from the second step on, no images") {
  Tape tape;
  const auto step = [&](int threads) {
    const ThreadLimit limit(threads);
    tape.clear();
    const Var x = tape.variable(normal_tensor({5, 14, 15, 20}, 1));
    const Var y = upsample_bilinear2d(x, {31, 28}), z = upsample_nearest2d(x, {31, 28});
    tape.backward(mean(square(y + z)));
    return std::vector<Tensor>{y.value(), z.value(), x.gradient()};
  };
  const std::vector<Tensor> one = step(1);
  step(2);
  const std::size_t allocations = tape.allocations();
  for (const int threads : {2, 3}) CHECK(step(threads) == one);
  CHECK(tape.allocations() == allocations);
  CHECK(upsample_bilinear2d(tape.constant(Tensor({0, 2, 2, 3})), 4).shape() == Shape{0, 4, 4, 3});
}

TEST_CASE("upsampling and pooling with unequal sides: errors") {
  Tape tape;
  const Var x = tape.constant(Tensor({2, 5, 6, 3}));
  CHECK_THROWS_WITH_AS(upsample_nearest2d(tape.constant(Tensor({5, 6})), 2),
                       "upsample_nearest2d: x [5,6] is not [batch, height, width, channels]", ShapeError);
  CHECK_THROWS_WITH_AS(upsample_bilinear2d(x, {2, 0}), "upsample_bilinear2d: size 2 × 0 is not positive on both sides",
                       ValueError);
  CHECK_THROWS_WITH_AS(upsample_bilinear2d(tape.constant(Tensor({2, 0, 6, 3})), 2),
                       "upsample_bilinear2d: x [2,0,6,3] has no pixels", ShapeError);
  CHECK_THROWS_WITH_AS(adaptive_average_pool2d(x, 0, 2), "adaptive_average_pool2d: areas 0 × 2 are not both positive",
                       ValueError);
  CHECK_THROWS_WITH_AS(max_pool2d(x, {.window = {2, 7}}), "max_pool2d: a window of 7 along a width of 6 + 0 padding",
                       ShapeError);
}

TEST_CASE("pooling with windows and strides of unequal sides") {
  Tape tape;
  const Var x = tape.constant(picture);
  CHECK(max_pool2d(x, {.window = {3, 1}, .stride = 1}).value() == Tensor({1, 1, 4, 1}, {3, 6, 8, -1}));
  CHECK(max_pool2d(x, {.window = {1, 2}, .stride = {2, 1}}).value() == Tensor({1, 2, 3, 1}, {5, 5, 2, 6, 8, 8}));
  CHECK(average_pool2d(x, {.window = {1, 4}, .stride = {1, 4}}).value() == Tensor({1, 3, 1, 1}, {1.75, 1.25, 1}));
}
