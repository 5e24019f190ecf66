#include <doctest/doctest.h>

#include <cotape/engine/ops.h>

#include "../../check_gradients.h"

using namespace cotape;

TEST_CASE("gradients of select, split, chunk, unstack and move_axis along every axis") {
  const std::vector<Tensor> x = {normal_tensor({2, 4, 2})};
  for (int axis = -3; axis < 3; ++axis) {
    check_gradients(
        "select along " + std::to_string(axis), [=](Tape&, std::span<const Var> v) { return select(v[0], axis, 1); },
        x);
    check_gradients(
        "split along " + std::to_string(axis),
        [=](Tape&, std::span<const Var> v) {
          const std::vector<Var> parts = split(v[0], {1, v[0].shape()[axis] - 1}, axis);
          return parts[0] * parts[1];
        },
        x);
    check_gradients(
        "chunk along " + std::to_string(axis),
        [=](Tape&, std::span<const Var> v) {
          const std::vector<Var> parts = chunk(v[0], 2, axis);
          return parts[0] * parts[1];
        },
        x);
    check_gradients(
        "unstack along " + std::to_string(axis),
        [=](Tape&, std::span<const Var> v) {
          const std::vector<Var> parts = unstack(v[0], axis);
          return parts[0] * parts[1];
        },
        x);
    check_gradients(
        "move_axis to " + std::to_string(axis), [=](Tape&, std::span<const Var> v) { return move_axis(v[0], 1, axis); },
        x);
  }
}

TEST_CASE("gradients of flip and roll") {
  const std::vector<Tensor> x = {normal_tensor({2, 3, 4})};
  for (unsigned set = 0; set < 8; ++set) {
    std::vector<int> axes;
    for (int axis = 0; axis < 3; ++axis)
      if (set >> axis & 1) axes.push_back(axis - (axis == 1 ? 3 : 0));
    check_gradients(
        "flip " + std::to_string(set), [=](Tape&, std::span<const Var> v) { return flip(v[0], axes); }, x);
  }
  for (int axis = -3; axis < 3; ++axis)
    for (const std::int64_t shift : {-9, -1, 0, 1, 2, 5})
      check_gradients(
          "roll " + std::to_string(shift) + " along " + std::to_string(axis),
          [=](Tape&, std::span<const Var> v) { return roll(v[0], shift, axis); }, x);
}

TEST_CASE("gradients of tile and repeat_interleave") {
  const std::vector<std::vector<std::int64_t>> rows = {{1, 1, 1}, {2, 1, 1}, {1, 3, 1}, {1, 1, 2}, {2, 3, 2}};
  for (const std::vector<std::int64_t>& times : rows)
    check_gradients("tile", [=](Tape&, std::span<const Var> v) { return tile(v[0], times); },
                    {normal_tensor({2, 1, 3})});
  for (int axis = -3; axis < 3; ++axis)
    check_gradients("repeat_interleave along " + std::to_string(axis),
                    [=](Tape&, std::span<const Var> v) { return repeat_interleave(v[0], 3, axis); },
                    {normal_tensor({2, 1, 3})});
}

TEST_CASE("gradients of pad and pad_reflect") {
  const std::vector<std::vector<PadWidth>> rows = {
      {{0, 0}, {0, 0}}, {{1, 0}, {0, 2}}, {{0, 1}, {2, 1}}, {{1, 1}, {1, 0}}};
  for (const std::vector<PadWidth>& widths : rows) {
    check_gradients("pad", [=](Tape&, std::span<const Var> v) { return pad(v[0], widths, 0.5); },
                    {normal_tensor({2, 3})});
    check_gradients("pad_reflect", [=](Tape&, std::span<const Var> v) { return pad_reflect(v[0], widths); },
                    {normal_tensor({2, 3})});
  }
}

TEST_CASE("gradients of diag, diagonal, tril and triu") {
  for (const Shape& shape : {Shape{1}, Shape{3}, Shape{2, 3}, Shape{2, 1, 2}})
    check_gradients("diag of " + to_string(shape), [](Tape&, std::span<const Var> v) { return diag(v[0]); },
                    {normal_tensor(shape)});
  for (const Shape& shape : {Shape{3, 3}, Shape{2, 4}, Shape{4, 2}, Shape{2, 3, 2}}) {
    const std::vector<Tensor> x = {normal_tensor(shape)};
    check_gradients(
        "diagonal of " + to_string(shape), [](Tape&, std::span<const Var> v) { return diagonal(v[0]); }, x);
    for (const std::int64_t offset : {-2, -1, 0, 1, 3}) {
      check_gradients(
          "tril of " + to_string(shape), [=](Tape&, std::span<const Var> v) { return tril(v[0], offset); }, x);
      check_gradients(
          "triu of " + to_string(shape), [=](Tape&, std::span<const Var> v) { return triu(v[0], offset); }, x);
    }
  }
}
