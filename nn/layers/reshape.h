#pragma once
#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/ops/upsample.h>
#include <cotape/nn/layers/module.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Layers without parameters that change the shape.

// [batch, …] as [batch, numbers of one example].
class Flatten final : public Layer {
 private:
  Var forward(Var x) override {
    const Shape& shape = x.shape();
    if (shape.rank() < 1) fail<ShapeError>("flatten: x ", shape, " has no axis of a batch");
    std::int64_t size = 1;
    for (int axis = 1; axis < shape.rank(); ++axis) size *= shape[axis];
    return reshape(x, Shape{shape[0], size});
  }
};

enum class Interpolation { nearest, bilinear };

// Images [batch, height, width, channels], larger by a factor.
class Upsample final : public Layer {
 public:
  // Throws ValueError for a factor < 1.
  explicit Upsample(const Size2d& factor = 2, Interpolation interpolation = Interpolation::nearest)
      : factor_(factor), interpolation_(interpolation) {
    if (factor.height < 1 || factor.width < 1) fail<ValueError>("upsample: factor ", factor, " is less than 1");
  }

 private:
  Var forward(Var x) override {
    if (x.shape().rank() != 4) fail<ShapeError>("upsample: x ", x.shape(), " is not [batch, height, width, channels]");
    const Size2d size{x.shape()[1] * factor_.height, x.shape()[2] * factor_.width};
    return interpolation_ == Interpolation::nearest ? upsample_nearest2d(x, size) : upsample_bilinear2d(x, size);
  }

  Size2d factor_;
  Interpolation interpolation_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
