#include <doctest/doctest.h>

#include <cotape/engine/ops.h>

#include "../../check_gradients.h"

using namespace cotape;

namespace {

using Inputs = std::span<const Var>;

// The last axes of a shape.
Shape last(const Shape& shape, int axes) { return Shape(shape.sizes().last(static_cast<std::size_t>(axes))); }

}  // namespace

TEST_CASE("gradients of layer_norm and rms_norm over one axis and several, with and without gain and bias") {
  for (const Shape& shape : {Shape{5, 4}, Shape{2, 3, 4}, Shape{70, 2}, Shape{3, 37}, Shape{2, 2, 3, 17}, Shape{6}})
    for (int axes = 1; axes <= std::min(shape.rank(), 3); ++axes) {
      const std::string what = " over the last " + std::to_string(axes) + " of " + to_string(shape);
      const LayerNormSettings s{.axes = axes, .epsilon = 1e-2};
      const Tensor x = normal_tensor(shape, 11), gain = uniform_tensor(last(shape, axes), 0.5, 1.5),
                   bias = normal_tensor(last(shape, axes), 12);
      check_gradients("layer_norm" + what, [=](Tape&, Inputs v) { return layer_norm(v[0], v[1], v[2], s); },
                      {x, gain, bias});
      check_gradients("layer_norm, gain" + what, [=](Tape&, Inputs v) { return layer_norm(v[0], v[1], s); }, {x, gain});
      check_gradients("layer_norm, plain" + what, [=](Tape&, Inputs v) { return layer_norm(v[0], s); }, {x});
      check_gradients("rms_norm, gain" + what, [=](Tape&, Inputs v) { return rms_norm(v[0], v[1], s); }, {x, gain});
      check_gradients("rms_norm, plain" + what, [=](Tape&, Inputs v) { return rms_norm(v[0], s); }, {x});
    }
}

TEST_CASE("gradients of group_norm and instance_norm, with and without gain and bias") {
  for (const Shape& shape : {Shape{2, 3, 4, 6}, Shape{3, 5, 6}, Shape{1, 9, 8, 18}}) {
    const Tensor x = normal_tensor(shape, 11), gain = uniform_tensor({shape[-1]}, 0.5, 1.5),
                 bias = normal_tensor({shape[-1]}, 12);
    for (const std::int64_t groups : {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}, shape[-1]}) {
      const std::string what = " of " + to_string(shape) + " in " + std::to_string(groups);
      check_gradients("group_norm" + what, [=](Tape&, Inputs v) { return group_norm(v[0], groups, v[1], v[2], 1e-2); },
                      {x, gain, bias});
      check_gradients("group_norm, plain" + what, [=](Tape&, Inputs v) { return group_norm(v[0], groups); }, {x});
    }
    check_gradients("instance_norm of " + to_string(shape),
                    [](Tape&, Inputs v) { return instance_norm(v[0], v[1], v[2], 1e-2); }, {x, gain, bias});
    check_gradients("instance_norm, plain, of " + to_string(shape), [](Tape&, Inputs v) { return instance_norm(v[0]); },
                    {x});
  }
  check_gradients("group_norm of rows", [](Tape&, Inputs v) { return group_norm(v[0], 2); },
                  {normal_tensor({3, 6}, 11)});
}
