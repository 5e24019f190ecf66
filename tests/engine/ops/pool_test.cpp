#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>

#include <limits>

using namespace cotape;

namespace {

// One image of one channel.
Var image(Tape& tape, std::int64_t h, std::int64_t w, std::initializer_list<real> values) {
  return tape.variable(Tensor({1, h, w, 1}, values));
}

Tensor flat(const Tensor& x) { return x.reshaped({x.size()}); }

}  // namespace

TEST_CASE("pooling: windows, stride and padding") {
  Tape tape;
  const Var x = image(tape, 3, 4,
                      {1, 5, 2, -1,  //
                       3, 4, 0, -2,  //
                       -7, 6, 8, -3});
  CHECK(flat(max_pool2d(x, {2, 1, {}}).value()) == Tensor({6}, {5, 5, 2, 6, 8, 8}));
  CHECK(flat(max_pool2d(x).value()) == Tensor({2}, {5, 2}));  // the last row fits no window
  CHECK(flat(max_pool2d(x, {3, 2, Padding::all(1)}).value()) == Tensor({4}, {5, 5, 6, 8}));
  CHECK(flat(average_pool2d(x, {2, 1, {}}).value()) == Tensor({6}, {3.25, 2.75, -0.25, 1.5, 4.5, 0.75}));
  // Padding does not count: the corner window holds one number, then two.
  CHECK(flat(average_pool2d(x, {2, 2, Padding{1, 0, 1, 0}}).value()) == Tensor({4}, {1, 3.5, -2, 4.5}));
  const Var negative = image(tape, 1, 1, {-2});
  CHECK(max_pool2d(negative, {3, 1, Padding::all(1)}).value().item() == -2);  // padding never wins
}

TEST_CASE("adaptive pooling: areas cover the image and may overlap by one") {
  Tape tape;
  const Var x = image(tape, 1, 5, {5, 1, 4, 2, 3});
  CHECK(flat(adaptive_max_pool2d(x, 1, 5).value()) == Tensor({5}, {5, 1, 4, 2, 3}));
  CHECK(flat(adaptive_max_pool2d(x, 1, 2).value()) == Tensor({2}, {5, 4}));                 // [0, 3), [2, 5)
  CHECK(flat(adaptive_max_pool2d(x, 1, 3).value()) == Tensor({3}, {5, 4, 3}));              // [0, 2), [1, 4), [3, 5)
  CHECK(flat(adaptive_max_pool2d(x, 1, 7).value()) == Tensor({7}, {5, 5, 4, 4, 4, 3, 3}));  // more areas than pixels
}

TEST_CASE("pooling: of equal numbers the first gets the gradient") {
  Tape tape;
  tape.keep_gradients(true);
  const Var x = image(tape, 2, 3,
                      {1, 7, 7,  //
                       7, 0, 7});
  tape.backward(sum(max_pool2d(x, {2, 1, {}})));
  CHECK(flat(x.gradient()) == Tensor({6}, {0, 2, 0, 0, 0, 0}));
}

TEST_CASE("pooling: a NaN is not lost") {
  Tape tape;
  const real nan = std::numeric_limits<real>::quiet_NaN();
  CHECK_FALSE(max_pool2d(image(tape, 2, 2, {1, nan, 3, 2})).value().finite());
}

TEST_CASE("pooling: errors") {
  Tape tape;
  const Var x = tape.constant(Tensor({2, 5, 5, 3}));
  CHECK_THROWS_WITH_AS(max_pool2d(tape.constant(Tensor({5, 5}))),
                       "max_pool2d: x [5,5] is not [batch, height, width, channels]", ShapeError);
  CHECK_THROWS_WITH_AS(average_pool2d(x, {6, 1, {}}), "average_pool2d: a window of 6 along a height of 5 + 0 padding",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      max_pool2d(tape.constant(Tensor({8, 1, 28, 28}))),
      "max_pool2d: a window of 2 along a height of 1 + 0 padding; x looks like [batch, channels, height, width], "
      "but must be [batch, height, width, channels]: permute it with {0, 2, 3, 1}",
      ShapeError);
  CHECK_THROWS_WITH_AS(max_pool2d(x, {2, 1, Padding::all(2)}), "max_pool2d: padding 2 is not less than the window 2",
                       ValueError);
  CHECK_THROWS_WITH_AS(max_pool2d(x, {0, 1, {}}), "max_pool2d: window 0 is less than 1", ValueError);
  CHECK_THROWS_WITH_AS(max_pool2d(x, {2, 0, {}}), "max_pool2d: stride 0 is less than 1", ValueError);
  CHECK_THROWS_WITH_AS(adaptive_max_pool2d(x, 0, 2), "adaptive_max_pool2d: areas 0 × 2 are not both positive",
                       ValueError);
}
