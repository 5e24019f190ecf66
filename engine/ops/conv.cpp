#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/channels.h>
#include <cotape/engine/kernels/conv.h>
#include <cotape/engine/ops/activation_gradient.h>
#include <cotape/engine/tape/record.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// What an op with so many axes for pixels does: sequences are images of height 1.
template <class Settings>
struct Kind {
  Settings settings;
  int axes;
};
using Conv = Kind<ConvSettings>;
using Transposed = Kind<ConvTransposeSettings>;

Padding along_width(const Padding1d& p) { return {0, 0, p.before, p.after}; }

Conv sequence(const Conv1dSettings& s) {
  return {{.stride = {1, s.stride},
           .padding = along_width(s.padding),
           .activation = s.activation,
           .dilation = {1, s.dilation},
           .groups = s.groups},
          1};
}

Transposed sequence(const ConvTranspose1dSettings& s) {
  return {{.stride = {1, s.stride},
           .padding = along_width(s.padding),
           .output_padding = {0, s.output_padding},
           .activation = s.activation,
           .dilation = {1, s.dilation},
           .groups = s.groups},
          1};
}

// An image's shape as that of an op with so many axes for pixels.
Shape result_shape(const Shape& image, int axes) { return axes == 2 ? image : image.without(1); }

const real* checked_bias(Forward& f, std::int64_t out) {
  if (f.inputs() < 3) return nullptr;
  const Tensor& bias = f.in(2);
  if (bias.shape() != Shape{out})
    fail<ShapeError>("bias ", bias.shape(), " for a weight ", f.in(1).shape(), ": it must be [", out, "]");
  return bias.data();
}

// ---- Convolution ---------------------------------------------------------------------------------------------------

void forward(Forward& f, const Conv& conv) {
  const Tensor &x = f.in(0), &weight = f.in(1);
  const ConvGeometry g = conv_geometry(x.shape(), weight.shape(), conv.settings, conv.axes);
  const ConvTail tail{checked_bias(f, g.out), conv.settings.activation};
  Tensor& y = f.out(result_shape(g.y_shape(), conv.axes));
  f.multiply_adds(g.multiply_adds());
  real* winners = g.pool > 1 ? f.save(y.shape()).data() : nullptr;
  convolve(g, x.data(), weight.data(), tail, y.data(), winners, f.memory());
}

ConvGeometry geometry(const Vjp& v, const Conv& conv) {
  return conv_geometry(v.input(0).shape(), v.input(1).shape(), conv.settings, conv.axes);
}

// The tensor that says which number of its window each maximum was (conv_pool.h).
const real* winners(const Vjp& v, const ConvGeometry& g) { return g.pool > 1 ? v.saved(0).data() : nullptr; }

auto input_gradient(const Conv& conv) {
  return [conv](Vjp& v) {
    const ConvGeometry g = geometry(v, conv);
    convolve_input_gradient(g, v.dy.data(), winners(v, g), v.input(1).data(), v.dx.data(), v.memory());
  };
}

auto weight_gradient(const Conv& conv) {
  return [conv](Vjp& v) {
    const ConvGeometry g = geometry(v, conv);
    convolve_weight_gradient(g, v.input(0).data(), v.dy.data(), winners(v, g), v.dx.data(), v.memory());
  };
}

void bias_gradient(Vjp& v) {
  const std::int64_t channels = v.dx.size();
  const auto sums = sum_channels<1>(
      channels == 0 ? 0 : v.dy.size() / channels, channels,
      [&](std::int64_t i, std::int64_t, auto n, Lanes(&sum)[1]) { sum[0] += load_lanes(v.dy.data() + i, n); });
  std::copy(sums[0].begin(), sums[0].end(), v.dx.data());
}

Var record_conv(const char* name, Var x, Var weight, Var bias, const Conv& conv) {
  return record(
      {name, "dx = dy ∗ turned W, dW = x ∗ dy, db = Σ dy"}, {x, weight, bias}, [&](Forward& f) { forward(f, conv); },
      activation_gradient(conv.settings.activation), input_gradient(conv), weight_gradient(conv), bias_gradient);
}

Var record_conv(const char* name, Var x, Var weight, const Conv& conv) {
  return record(
      {name, "dx = dy ∗ turned W, dW = x ∗ dy"}, {x, weight}, [&](Forward& f) { forward(f, conv); },
      activation_gradient(conv.settings.activation), input_gradient(conv), weight_gradient(conv));
}

// ---- Its transpose: the product for x of the convolution that makes x from y ---------------------------------------

void forward(Forward& f, const Transposed& conv) {
  const Tensor &x = f.in(0), &weight = f.in(1);
  const ConvGeometry g = conv_transpose_geometry(x.shape(), weight.shape(), conv.settings, conv.axes);
  const real* bias = checked_bias(f, g.in);
  Tensor& y = f.out(result_shape({g.batch, g.h, g.w, g.in}, conv.axes));
  f.multiply_adds(g.multiply_adds());
  convolve_input_gradient(g, x.data(), nullptr, weight.data(), y.data(), f.memory());
  const Activation activation = conv.settings.activation;
  if (!bias && activation == Activation::none) return;
  for_channels(g.batch * g.h * g.w, g.in, [=, y = y.data()](std::int64_t i, std::int64_t c, auto n) {
    Lanes sum = load_lanes(y + i, n);
    if (bias) sum += load_lanes(bias + c, n);
    if (activation == Activation::relu) sum = sum <= 0 ? Lanes{} : sum;
    store_lanes(y + i, sum, n);
  });
}

ConvGeometry geometry(const Vjp& v, const Transposed& conv) {
  return conv_transpose_geometry(v.input(0).shape(), v.input(1).shape(), conv.settings, conv.axes);
}

auto input_gradient(const Transposed& conv) {
  return [conv](Vjp& v) {
    const ConvTail no_tail{nullptr, Activation::none};
    convolve(geometry(v, conv), v.dy.data(), v.input(1).data(), no_tail, v.dx.data(), nullptr, v.memory());
  };
}

auto weight_gradient(const Transposed& conv) {
  return [conv](Vjp& v) {
    convolve_weight_gradient(geometry(v, conv), v.dy.data(), v.input(0).data(), nullptr, v.dx.data(), v.memory());
  };
}

Var record_conv(const char* name, Var x, Var weight, Var bias, const Transposed& conv) {
  return record(
      {name, "dx = dy ∗ W, dW = dy ∗ x, db = Σ dy"}, {x, weight, bias}, [&](Forward& f) { forward(f, conv); },
      activation_gradient(conv.settings.activation), input_gradient(conv), weight_gradient(conv), bias_gradient);
}

Var record_conv(const char* name, Var x, Var weight, const Transposed& conv) {
  return record(
      {name, "dx = dy ∗ W, dW = dy ∗ x"}, {x, weight}, [&](Forward& f) { forward(f, conv); },
      activation_gradient(conv.settings.activation), input_gradient(conv), weight_gradient(conv));
}

}  // namespace

Var conv2d(Var x, Var weight, Var bias, const ConvSettings& settings) {
  return record_conv("conv2d", x, weight, bias, Conv{settings, 2});
}

Var conv2d(Var x, Var weight, const ConvSettings& settings) {
  return record_conv("conv2d", x, weight, Conv{settings, 2});
}

Var conv1d(Var x, Var weight, Var bias, const Conv1dSettings& settings) {
  return record_conv("conv1d", x, weight, bias, sequence(settings));
}

Var conv1d(Var x, Var weight, const Conv1dSettings& settings) {
  return record_conv("conv1d", x, weight, sequence(settings));
}

Var conv_transpose2d(Var x, Var weight, Var bias, const ConvTransposeSettings& settings) {
  return record_conv("conv_transpose2d", x, weight, bias, Transposed{settings, 2});
}

Var conv_transpose2d(Var x, Var weight, const ConvTransposeSettings& settings) {
  return record_conv("conv_transpose2d", x, weight, Transposed{settings, 2});
}

Var conv_transpose1d(Var x, Var weight, Var bias, const ConvTranspose1dSettings& settings) {
  return record_conv("conv_transpose1d", x, weight, bias, sequence(settings));
}

Var conv_transpose1d(Var x, Var weight, const ConvTranspose1dSettings& settings) {
  return record_conv("conv_transpose1d", x, weight, sequence(settings));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
