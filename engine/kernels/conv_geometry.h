#pragma once
#include <memory_resource>
#include <string>

#include <cotape/engine/base/shape.h>
#include <cotape/engine/kernels/image_settings.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The sizes of one convolution: x [batch, h, w, in], weight [kh, kw, in / groups, out], y [batch, out_h / pool,
// out_w / pool, out].
struct ConvGeometry {
  std::int64_t batch, h, w, in;
  std::int64_t kh, kw, out;
  std::int64_t out_h, out_w;  // before pooling
  Size2d stride;
  std::int64_t pool;
  Padding padding;
  Size2d dilation;
  std::int64_t groups;

  // The channels of one group.
  std::int64_t group_in() const { return in / groups; }
  std::int64_t group_out() const { return out / groups; }
  // How many numbers of x are multiplied and added for one number of y.
  std::int64_t taps() const { return kh * kw * group_in(); }
  Shape y_shape() const { return {batch, out_h / pool, out_w / pool, out}; }
  std::int64_t multiply_adds() const { return batch * out_h * out_w * taps() * out; }
};

// Checks the shapes and works out the sizes. With 1 axis x is [batch, length, channels] and weight [kernel, in, out],
// taken for images of height 1. Throws what conv2d throws (engine/ops/conv.h).
ConvGeometry conv_geometry(const Shape& x, const Shape& weight, const ConvSettings& settings, int axes = 2);

// The same for conv_transpose2d: the convolution that it is the transpose of, which makes x from y.
ConvGeometry conv_transpose_geometry(const Shape& x, const Shape& weight, const ConvTransposeSettings& settings,
                                     int axes = 2);

// How many windows of `window` numbers, `stride` apart, fit along an axis of `size` numbers with `before` and `after`
// zeros around it. `axis` names the axis in errors, `hint` stands behind the one that none fits. Throws ShapeError when
// none fits, ValueError for stride < 1 or negative padding.
std::int64_t windows_along(const char* axis, std::int64_t size, std::int64_t before, std::int64_t after,
                           std::int64_t window, std::int64_t stride, const std::string& hint = "");

// What is applied to the result of a convolution, in the same pass over memory.
struct ConvTail {
  const real* bias;  // [out] or nullptr
  Activation activation;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
