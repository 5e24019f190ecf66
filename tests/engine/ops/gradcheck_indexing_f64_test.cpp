#include <doctest/doctest.h>

#include <cotape/engine/ops.h>

#include "../../check_gradients.h"

using namespace cotape;

namespace {

using Indices = std::vector<std::int64_t>;

// Indices below `below`, among them some twice and some never.
Indices some_indices(std::int64_t count, std::int64_t below) {
  Indices indices;
  for (std::int64_t i = 0; i < count; ++i) indices.push_back((i * i + i / 3) % below);
  return indices;
}

}  // namespace

TEST_CASE("gradients of index_select, gather and scatter_add along every axis") {
  const Shape shape{2, 3, 4};
  for (int axis = -3; axis < 3; ++axis) {
    const std::string along = " along " + std::to_string(axis);
    const Indices slices = some_indices(5, shape[axis]);
    check_gradients("index_select" + along,
                    [&](Tape&, std::span<const Var> v) { return index_select(v[0], axis, slices); },
                    {normal_tensor(shape)});
    const Shape taken = shape.with(axis, 5);
    const Indices elements = some_indices(taken.size(), shape[axis]);
    check_gradients("gather" + along,
                    [&](Tape&, std::span<const Var> v) { return gather(v[0], axis, elements, taken); },
                    {normal_tensor(shape)});
    check_gradients("scatter_add" + along,
                    [&](Tape&, std::span<const Var> v) { return scatter_add(v[0], axis, elements, v[1]); },
                    {normal_tensor(shape, 1), normal_tensor(taken, 2)});
  }
  const Indices few = {2, 0, 3};
  check_gradients("gather of the first elements",
                  [&](Tape&, std::span<const Var> v) {
                    return gather(v[0], 2, few, {1, 3, 1});
                  },
                  {normal_tensor(shape)});
}

TEST_CASE("gradients of segment_sum, segment_mean and segment_max, empty segments among them") {
  const Indices segments = {4, 1, 1, 0, 4, 4};
  for (const Shape& shape : {Shape{6}, Shape{6, 1}, Shape{6, 2, 3}})
    for (const auto op : {segment_sum, segment_mean, segment_max})
      check_gradients("segments of " + to_string(shape),
                      [&](Tape&, std::span<const Var> v) { return op(v[0], segments, 6); }, {distinct_tensor(shape)});
}
