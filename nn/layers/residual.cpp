#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/nn/layers/residual.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

Residual::Residual() {
  add("body", body_);
  add("shortcut", shortcut_);
}

Var Residual::forward(Var x) {
  const Var skip = shortcut_(x), y = body_(x);
  if (y.shape() != skip.shape())
    fail<ShapeError>("residual: the body makes ", y.shape(), " of x ", x.shape(), ", the shortcut ", skip.shape());
  return y + skip;
}

BasicBlock::BasicBlock(std::int64_t in, std::int64_t out, std::int64_t stride, Rng& rng)
    : conv1_(in, out, 3, {.stride = stride, .padding = Padding::all(1), .bias = false}, rng),
      norm1_(out, {.activation = Activation::relu}),
      conv2_(out, out, 3, {.padding = Padding::all(1), .bias = false}, rng),
      norm2_(out, {.activation = Activation::relu}) {
  add("conv1", conv1_);
  add("norm1", norm1_);
  add("conv2", conv2_);
  add("norm2", norm2_);
  if (stride == 1 && in == out) return;
  add("downsample", downsample_.emplace(in, out, 1, Conv2dOptions{.stride = stride, .bias = false}, rng));
  add("downsample_norm", downsample_norm_.emplace(out));
}

Var BasicBlock::forward(Var x) {
  const Var skip = downsample_ ? (*downsample_norm_)((*downsample_)(x)) : x;
  return norm2_(conv2_(norm1_(conv1_(x))), skip);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
