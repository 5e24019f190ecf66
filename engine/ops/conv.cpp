#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/channels.h>
#include <cotape/engine/kernels/conv_lowered.h>
#include <cotape/engine/kernels/conv_winograd.h>
#include <cotape/engine/kernels/gemm.h>
#include <cotape/engine/kernels/image_shape.h>
#include <cotape/engine/ops/activation_gradient.h>
#include <cotape/engine/tape/record.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// 1×1 filters at stride 1 are one matrix product.
bool pointwise_applies(const ConvGeometry& g) {
  return g.kh == 1 && g.kw == 1 && g.stride == 1 && g.pool == 1 && g.padding == Padding{};
}

void conv_forward(Forward& f, const Tensor* bias, const ConvSettings& settings) {
  const Tensor &x = f.in(0), &weight = f.in(1);
  const ConvGeometry g = conv_geometry(x.shape(), weight.shape(), settings);
  if (bias && bias->shape() != Shape{g.out})
    fail<ShapeError>("bias ", bias->shape(), " for a weight ", weight.shape(), ": it must be [", g.out, "]");
  Tensor& y = f.out(g.y_shape());
  f.multiply_adds(g.batch * g.out_h * g.out_w * g.taps() * g.out);
  if (y.size() == 0) return;
  const ConvTail tail{bias ? bias->data() : nullptr, settings.activation};
  if (pointwise_applies(g))
    gemm(g.batch * g.h * g.w, g.out, g.in, {x.data(), g.in}, {weight.data(), g.out}, y.data(), g.out, false,
         [&](const Tile& t) {
           finish_rows(y.data() + t.row * g.out + t.column, g.out, t.rows, t.columns,
                       tail.bias ? tail.bias + t.column : nullptr, tail.activation);
         });
  else if (winograd_applies(g))
    winograd_forward(g, x.data(), weight.data(), tail, y.data(), f.memory());
  else
    lowered_forward(g, x.data(), weight.data(), tail, y.data(), g.pool > 1 ? f.save(y.shape()).data() : nullptr,
                    f.memory());
}

// The tensor that says which number of its window each maximum was (conv_pool.h).
const real* winners(const Vjp& v, const ConvGeometry& g) { return g.pool > 1 ? v.saved(0).data() : nullptr; }

auto conv_input_gradient(const ConvSettings& settings) {
  return [settings](Vjp& v) {
    const Tensor& weight = v.input(1);
    const ConvGeometry g = conv_geometry(v.input(0).shape(), weight.shape(), settings);
    if (v.dy.size() == 0) return v.dx.fill(0);
    if (pointwise_applies(g))
      gemm(g.batch * g.h * g.w, g.in, g.out, {v.dy.data(), g.out}, {weight.data(), g.out, true}, v.dx.data(), g.in);
    else if (winograd_applies(g))
      winograd_input_gradient(g, v.dy.data(), weight.data(), v.dx.data(), v.memory());
    else
      lowered_input_gradient(g, v.dy.data(), winners(v, g), weight.data(), v.dx.data(), v.memory());
  };
}

auto conv_weight_gradient(const ConvSettings& settings) {
  return [settings](Vjp& v) {
    const Tensor& x = v.input(0);
    const ConvGeometry g = conv_geometry(x.shape(), v.input(1).shape(), settings);
    if (v.dy.size() == 0) return v.dx.fill(0);
    if (pointwise_applies(g))
      gemm(g.in, g.out, g.batch * g.h * g.w, {x.data(), g.in, true}, {v.dy.data(), g.out}, v.dx.data(), g.out);
    else if (winograd_applies(g))
      winograd_weight_gradient(g, x.data(), v.dy.data(), v.dx.data(), v.memory());
    else
      lowered_weight_gradient(g, x.data(), v.dy.data(), winners(v, g), v.dx.data(), v.memory());
  };
}

void conv_bias_gradient(Vjp& v) {
  const std::int64_t channels = v.dx.size();
  const auto sums = sum_channels<1>(
      channels == 0 ? 0 : v.dy.size() / channels, channels,
      [&](std::int64_t i, std::int64_t, auto n, Lanes(&sum)[1]) { sum[0] += load_lanes(v.dy.data() + i, n); });
  std::copy(sums[0].begin(), sums[0].end(), v.dx.data());
}

}  // namespace

std::int64_t windows_along(const char* axis, std::int64_t size, std::int64_t before, std::int64_t after,
                           std::int64_t window, std::int64_t stride, const std::string& hint) {
  if (stride < 1) fail<ValueError>("stride ", stride, " is less than 1");
  if (before < 0 || after < 0) fail<ValueError>("padding ", before, " and ", after, " along the ", axis, ": negative");
  if (before > Shape::max_size || after > Shape::max_size)
    fail<ValueError>("padding ", before, " and ", after, " along the ", axis, ": more than ", Shape::max_size);
  if (window < 1 || window > size + before + after)
    fail<ShapeError>("a window of ", window, " along a ", axis, " of ", size, " + ", before + after, " padding", hint);
  return (size + before + after - window) / stride + 1;
}

ConvGeometry conv_geometry(const Shape& x, const Shape& weight, const ConvSettings& settings) {
  check_image(x);
  if (weight.rank() != 4) fail<ShapeError>("weight ", weight, " is not [kernel height, kernel width, in, out]");
  if (x[3] != weight[2])
    fail<ShapeError>("channels differ: x ", x, " weight ", weight, " (", x[3], " != ", weight[2], ")",
                     channels_first_hint(x, weight[2]));
  const Padding& p = settings.padding;
  const std::int64_t out_h = windows_along("height", x[1], p.top, p.bottom, weight[0], settings.stride);
  const std::int64_t out_w = windows_along("width", x[2], p.left, p.right, weight[1], settings.stride);
  if (settings.max_pool < 1) fail<ValueError>("max_pool ", settings.max_pool, " is less than 1");
  if (settings.max_pool > std::min(out_h, out_w))
    fail<ShapeError>("max_pool ", settings.max_pool, " of ", out_h, " × ", out_w, " pixels");
  // A longer stride than the padded image makes no difference.
  const std::int64_t padded = std::max(x[1] + p.top + p.bottom, x[2] + p.left + p.right);
  const Shape windows{out_h, out_w, weight[0], weight[1], weight[2]};  // throws when they cannot be counted
  return {.batch = x[0],
          .h = x[1],
          .w = x[2],
          .in = x[3],
          .kh = weight[0],
          .kw = weight[1],
          .out = weight[3],
          .out_h = out_h,
          .out_w = out_w,
          .stride = std::min(settings.stride, padded),
          .pool = settings.max_pool,
          .padding = p};
}

Var conv2d(Var x, Var weight, Var bias, const ConvSettings& settings) {
  return record(
      {"conv2d", "dx = dy ∗ turned W, dW = x ∗ dy, db = Σ dy"}, {x, weight, bias},
      [&](Forward& f) { conv_forward(f, &f.in(2), settings); }, activation_gradient(settings.activation),
      conv_input_gradient(settings), conv_weight_gradient(settings), conv_bias_gradient);
}

Var conv2d(Var x, Var weight, const ConvSettings& settings) {
  return record(
      {"conv2d", "dx = dy ∗ turned W, dW = x ∗ dy"}, {x, weight},
      [&](Forward& f) { conv_forward(f, nullptr, settings); }, activation_gradient(settings.activation),
      conv_input_gradient(settings), conv_weight_gradient(settings));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
