#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>

#include <cmath>
#include <limits>

#include "../../counting_tensor.h"

using namespace cotape;

TEST_CASE("move_axis, against indices by hand") {
  Tape tape;
  const Tensor x = counting_tensor({2, 3, 4});
  const Var v = tape.constant(x);
  const Tensor last = move_axis(v, 0, -1).value(), first = move_axis(v, 2, 0).value();
  REQUIRE(last.shape() == Shape{3, 4, 2});
  REQUIRE(first.shape() == Shape{4, 2, 3});
  for (std::int64_t i = 0; i < 2; ++i)
    for (std::int64_t j = 0; j < 3; ++j)
      for (std::int64_t k = 0; k < 4; ++k) {
        CHECK(last.at({j, k, i}) == x.at({i, j, k}));
        CHECK(first.at({k, i, j}) == x.at({i, j, k}));
      }
  CHECK(move_axis(v, 1, -2).value() == x);
  CHECK_THROWS_WITH_AS(move_axis(v, 0, 3), "move_axis: shape [2,3,4] has no axis 3", ShapeError);
  CHECK_THROWS_WITH_AS(move_axis(v, -4, 0), "move_axis: shape [2,3,4] has no axis -4", ShapeError);
}

TEST_CASE("select, split, chunk and unstack take concat and stack apart") {
  Tape tape;
  const Var x = tape.constant(counting_tensor({3, 4}));
  CHECK(select(x, 0, 1).value() == Tensor({4}, {4, 5, 6, 7}));
  CHECK(select(x, -1, 3).value() == Tensor({3}, {3, 7, 11}));
  CHECK(select(x, -1, -1).value() == Tensor({3}, {3, 7, 11}));
  CHECK(select(x, 0, -3).value() == select(x, 0, 0).value());
  for (int axis = -2; axis < 2; ++axis) {
    CHECK(stack(unstack(x, axis), axis).value() == x.value());
    const std::int64_t size = x.shape()[axis];
    CHECK(concat(split(x, {1, 0, size - 1}, axis), axis).value() == x.value());
    CHECK(concat(chunk(x, size, axis), axis).value() == x.value());
  }
  const std::vector<Var> parts = split(x, {1, 3}, 1);
  CHECK(parts.at(0).value() == Tensor({3, 1}, {0, 4, 8}));
  CHECK(parts.at(1).value() == Tensor({3, 3}, {1, 2, 3, 5, 6, 7, 9, 10, 11}));
  CHECK(chunk(x, 2, 1).at(1).value() == Tensor({3, 2}, {2, 3, 6, 7, 10, 11}));
  CHECK(unstack(tape.constant(Tensor({0, 2})), 0).empty());
  CHECK(split(tape.constant(Tensor({0, 2})), {}, 0).empty());
}

TEST_CASE("select, split, chunk and unstack: errors") {
  Tape tape;
  const Var x = tape.constant(Tensor({3, 4}));
  CHECK_THROWS_WITH_AS(select(x, 1, 4), "select: element 4 of axis 1 is not in shape [3,4]", ShapeError);
  CHECK_THROWS_WITH_AS(select(x, 1, -5), "select: element -5 of axis 1 is not in shape [3,4]", ShapeError);
  CHECK_THROWS_WITH_AS(select(x, 2, 0), "select: shape [3,4] has no axis 2", ShapeError);
  CHECK_THROWS_WITH_AS(split(x, {1, 2}, 1), "split: the sizes { 1 2 } do not add up to the 4 of axis 1 of shape [3,4]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(split(x, {5, -1}, 1),
                       "split: the sizes { 5 -1 } do not add up to the 4 of axis 1 of shape [3,4]", ShapeError);
  CHECK_THROWS_WITH_AS(split(x, {1}, 2), "split: shape [3,4] has no axis 2", ShapeError);
  CHECK_THROWS_WITH_AS(chunk(x, 2, 0), "chunk: axis 0 of shape [3,4] does not divide into 2 equal parts", ShapeError);
  CHECK_THROWS_WITH_AS(chunk(x, 0, 0), "chunk: 0 parts: there must be one or more", ValueError);
  CHECK_THROWS_WITH_AS(unstack(x, -3), "unstack: shape [3,4] has no axis -3", ShapeError);
}

TEST_CASE("flip and roll") {
  Tape tape;
  const Var x = tape.constant(counting_tensor({2, 3}));
  CHECK(flip(x, {0}).value() == Tensor({2, 3}, {3, 4, 5, 0, 1, 2}));
  CHECK(flip(x, {-1}).value() == Tensor({2, 3}, {2, 1, 0, 5, 4, 3}));
  CHECK(flip(x, {0, 1}).value() == Tensor({2, 3}, {5, 4, 3, 2, 1, 0}));
  CHECK(flip(x, {}).value() == x.value());
  CHECK(roll(x, 1, 1).value() == Tensor({2, 3}, {2, 0, 1, 5, 3, 4}));
  CHECK(roll(x, -1, 1).value() == Tensor({2, 3}, {1, 2, 0, 4, 5, 3}));
  CHECK(roll(x, 7, -1).value() == roll(x, 1, 1).value());
  CHECK(roll(x, std::numeric_limits<std::int64_t>::min(), 1).value() == roll(x, -2, 1).value());  // −2⁶³ = −2 mod 3
  CHECK(roll(x, 1, 0).value() == flip(x, {0}).value());
  CHECK(flip(tape.constant(Tensor::scalar(3)), {}).value().item() == 3);
  CHECK(flip(tape.constant(Tensor({2, 0})), {0, 1}).shape() == Shape{2, 0});
  CHECK(roll(tape.constant(Tensor({2, 0})), 3, 1).shape() == Shape{2, 0});
  CHECK_THROWS_WITH_AS(flip(x, {2}), "flip: shape [2,3] has no axis 2", ShapeError);
  CHECK_THROWS_WITH_AS(flip(x, {1, -1}), "flip: axis -1 of shape [2,3] is given twice", ShapeError);
  CHECK_THROWS_WITH_AS(roll(x, 1, 2), "roll: shape [2,3] has no axis 2", ShapeError);
}

TEST_CASE("tile and repeat_interleave") {
  Tape tape;
  const Var x = tape.constant(Tensor({2, 2}, {1, 2, 3, 4}));
  CHECK(tile(x, {1, 2}).value() == Tensor({2, 4}, {1, 2, 1, 2, 3, 4, 3, 4}));
  CHECK(tile(x, {2, 1}).value() == Tensor({4, 2}, {1, 2, 3, 4, 1, 2, 3, 4}));
  CHECK(tile(x, {2, 2}).value() == Tensor({4, 4}, {1, 2, 1, 2, 3, 4, 3, 4, 1, 2, 1, 2, 3, 4, 3, 4}));
  CHECK(tile(x, {1, 1}).value() == x.value());
  CHECK(repeat_interleave(x, 2, 1).value() == Tensor({2, 4}, {1, 1, 2, 2, 3, 3, 4, 4}));
  CHECK(repeat_interleave(x, 3, -2).value() == Tensor({6, 2}, {1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4}));
  CHECK(tile(x, {0, 2}).shape() == Shape{0, 4});
  CHECK(repeat_interleave(x, 0, 0).shape() == Shape{0, 2});
  CHECK(tile(tape.constant(Tensor({0, 2})), {3, 2}).shape() == Shape{0, 4});
  CHECK_THROWS_WITH_AS(tile(x, {2}), "tile: 1 numbers for shape [2,2]: there must be one for each axis", ShapeError);
  CHECK_THROWS_WITH_AS(tile(x, {1, -1}), "tile: axis 1 of shape [2,2] cannot be repeated -1 times", ValueError);
  CHECK_THROWS_WITH_AS(repeat_interleave(x, std::int64_t{1} << 62, 0),
                       "repeat_interleave: axis 0 of shape [2,2] cannot be repeated 4611686018427387904 times",
                       ValueError);
  CHECK_THROWS_WITH_AS(repeat_interleave(x, 2, 2), "repeat_interleave: shape [2,2] has no axis 2", ShapeError);
}

TEST_CASE("the gradient of a repetition without copies is 0") {
  Tape tape;
  const Var x = tape.variable(Tensor({2, 2}, {1, 2, 3, 4}));
  tape.backward(sum(tile(x, {0, 1})) + sum(repeat_interleave(x, 0, 1)));
  CHECK(x.gradient() == Tensor({2, 2}));
}

TEST_CASE("pad and pad_reflect") {
  Tape tape;
  const Var x = tape.constant(Tensor({2, 3}, {1, 2, 3, 4, 5, 6}));
  CHECK(pad(x, {{1, 0}, {0, 2}}).value() == Tensor({3, 5}, {0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 4, 5, 6, 0, 0}));
  CHECK(pad(x, {{0, 1}, {1, 0}}, -7).value() == Tensor({3, 4}, {-7, 1, 2, 3, -7, 4, 5, 6, -7, -7, -7, -7}));
  CHECK(pad_reflect(x, {{0, 0}, {2, 1}}).value() == Tensor({2, 6}, {3, 2, 1, 2, 3, 2, 6, 5, 4, 5, 6, 5}));
  CHECK(pad_reflect(x, {{1, 1}, {0, 0}}).value() == Tensor({4, 3}, {4, 5, 6, 1, 2, 3, 4, 5, 6, 1, 2, 3}));
  CHECK(pad_reflect(x, {{0, 0}, {0, 0}}).value() == x.value());
  CHECK(pad(tape.constant(Tensor({0, 2})), {{1, 1}, {0, 1}}, 3).value() == Tensor({2, 3}, real(3)));
  CHECK(pad(tape.constant(Tensor::scalar(5)), {}).value().item() == 5);
  const Var empty = tape.variable(Tensor({2, 0}));
  tape.backward(sum(pad(empty, {{0, 0}, {4, 4}})));
  CHECK(empty.gradient() == Tensor({2, 0}));

  CHECK_THROWS_WITH_AS(pad(x, {{1, 1}}), "pad: widths for 1 axes, but shape [2,3] has 2", ShapeError);
  CHECK_THROWS_WITH_AS(pad(x, {{0, 0}, {1, -1}}), "pad: widths 1 and -1 of axis 1: negative", ValueError);
  CHECK_THROWS_AS(pad(x, {{0, 0}, {std::numeric_limits<std::int64_t>::max(), 1}}), ValueError);
  CHECK_THROWS_AS(pad(x, {{Shape::max_size, 0}, {Shape::max_size, 0}}), ShapeError);
  CHECK_THROWS_WITH_AS(pad_reflect(x, {{1, 1}}), "pad_reflect: widths for 1 axes, but shape [2,3] has 2", ShapeError);
  CHECK_THROWS_WITH_AS(pad_reflect(x, {{-1, 0}, {0, 0}}), "pad_reflect: widths -1 and 0 of axis 0: negative",
                       ValueError);
  CHECK_THROWS_WITH_AS(pad_reflect(x, {{0, 2}, {0, 0}}),
                       "pad_reflect: widths 0 and 2 of axis 0 of shape [2,3] are not both smaller than the axis",
                       ShapeError);
}

TEST_CASE("diag and diagonal") {
  Tape tape;
  const Var x = tape.constant(Tensor({2, 2}, {1, 2, 3, 4}));
  CHECK(diag(x).value() == Tensor({2, 2, 2}, {1, 0, 0, 2, 3, 0, 0, 4}));
  CHECK(diagonal(x).value() == Tensor({2}, {1, 4}));
  CHECK(diagonal(tape.constant(counting_tensor({2, 3}))).value() == Tensor({2}, {0, 4}));
  CHECK(diagonal(tape.constant(counting_tensor({3, 2}))).value() == Tensor({2}, {0, 3}));
  CHECK(diagonal(tape.constant(counting_tensor({2, 2, 3}))).value() == Tensor({2, 2}, {0, 4, 6, 10}));
  CHECK(diag(tape.constant(Tensor({0}))).shape() == Shape{0, 0});
  CHECK(diagonal(tape.constant(Tensor({3, 0}))).shape() == Shape{0});
  CHECK_THROWS_WITH_AS(diag(tape.constant(Tensor::scalar(1))), "diag: a scalar has no axis to be a diagonal",
                       ShapeError);
  CHECK_THROWS_WITH_AS(diagonal(tape.constant(Tensor({3}))), "diagonal: shape [3] has fewer than two axes", ShapeError);
}

TEST_CASE("tril and triu keep what the offset says, whatever it is") {
  Tape tape;
  const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  for (const Shape& shape : {Shape{3, 3}, Shape{2, 5}, Shape{5, 2}, Shape{2, 3, 4}})
    for (const std::int64_t offset : {-huge - 1, std::int64_t{-7}, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1},
                                      std::int64_t{2}, std::int64_t{7}, huge}) {
      const Tensor x(shape, 1);
      const Var v = tape.constant(x);
      const Tensor lower = tril(v, offset).value(), upper = triu(v, offset).value();
      bool right = true;
      for (std::int64_t e = 0; e < x.size(); ++e) {
        const std::int64_t j = e % shape[-1], i = e / shape[-1] % shape[-2];
        right = right && lower[e] == real(j - i <= offset) && upper[e] == real(j - i >= offset);
      }
      CAPTURE(shape);
      CAPTURE(offset);
      CHECK(right);
    }
  const real nan = std::numeric_limits<real>::quiet_NaN();
  CHECK(tril(tape.constant(Tensor({2, 2}, {1, nan, 2, 3}))).value() == Tensor({2, 2}, {1, 0, 2, 3}));
  CHECK(tril(tape.constant(Tensor({0, 3}))).shape() == Shape{0, 3});
  CHECK_THROWS_WITH_AS(triu(tape.constant(Tensor({3}))), "triu: shape [3] has fewer than two axes", ShapeError);
}

TEST_CASE("the causal mask hides what comes later") {
  const real hidden = -std::numeric_limits<real>::infinity();
  CHECK(causal_mask(3) == Tensor({3, 3}, {0, hidden, hidden, 0, 0, hidden, 0, 0, 0}));
  CHECK(causal_mask(0).shape() == Shape{0, 0});
  CHECK_THROWS_AS(causal_mask(-1), ShapeError);
  Tape tape;
  const Tensor weights = softmax(tape.constant(Tensor({3, 3})) + tape.constant(causal_mask(3))).value();
  CHECK(weights[0] == 1);
  CHECK(weights[1] == 0);
  CHECK(weights[4] == real(0.5));
}
