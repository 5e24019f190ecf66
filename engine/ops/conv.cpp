#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/channels.h>
#include <cotape/engine/kernels/conv.h>
#include <cotape/engine/ops/activation_gradient.h>
#include <cotape/engine/ops/conv.h>
#include <cotape/engine/ops/pool.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/tape/record.h>

#include <algorithm>
#include <array>

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

// ---- The second form: products of a convolution are convolutions ---------------------------------------------------

// ⟨y, x ∗ weight⟩ is linear in each of three tensors. Its derivative for one of them is a function of the other two,
// and the products of that function are derivatives of the same kind.
enum Part : std::size_t { part_x, part_weight, part_y };

struct Trilinear {
  ConvGeometry g;
  std::array<Shape, 3> shapes;  // of x, weight and y
};

constexpr std::array<Part, 2> others(Part part) {
  if (part == part_x) return {part_y, part_weight};
  if (part == part_weight) return {part_x, part_y};
  return {part_x, part_weight};
}

// The derivative for one part from the other two.
void derivative_to(Tensor& to, Part part, const Tensor& a, const Tensor& b, const ConvGeometry& g,
                   std::pmr::memory_resource* memory) {
  if (part == part_x) return convolve_input_gradient(g, a.data(), nullptr, b.data(), to.data(), memory);
  if (part == part_weight) return convolve_weight_gradient(g, a.data(), b.data(), nullptr, to.data(), memory);
  convolve(g, a.data(), b.data(), {nullptr, Activation::none}, to.data(), nullptr, memory);
}

Var conv_derivative(Part part, Var a, Var b, const Trilinear& t) {
  const auto product = [part, t](std::size_t input) {
    return [part, t, input](Vjp& v) {
      std::array<const Tensor*, 3> all{};
      all[part] = &v.dy;
      all[others(part)[1 - input]] = &v.input(1 - input);
      const Part own = others(part)[input];
      derivative_to(v.dx, own, *all[others(own)[0]], *all[others(own)[1]], t.g, v.memory());
    };
  };
  const auto recorded = [part, t](std::size_t input) {
    return [part, t, input](const VarVjp& v) {
      std::array<Var, 3> all;
      all[part] = v.dy;
      all[others(part)[1 - input]] = v.input(1 - input);
      const Part own = others(part)[input];
      return conv_derivative(own, all[others(own)[0]], all[others(own)[1]], t);
    };
  };
  const Var result = record(
      {"conv_derivative", "the derivatives of ⟨y, x ∗ W⟩ for two of x, W and y"}, {a, b},
      [&](Forward& f) {
        f.multiply_adds(t.g.multiply_adds());
        derivative_to(f.out(t.shapes[part]), part, f.in(0), f.in(1), t.g, f.memory());
      },
      product(0), product(1));
  return with_var_vjps(result, recorded(0), recorded(1));
}

Var recorded_bias_gradient(Var dy, const Shape& bias) {
  return sum(reshape(dy, {bias.size() == 0 ? 0 : dy.shape().size() / bias.size(), bias.size()}), 0);
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

Var recorded_gradient(const VarVjp& v, const Conv& conv) {
  const Var &x = v.input(0), &weight = v.input(1), dy = activation_gradient(conv.settings.activation, v);
  if (v.index == 2) return recorded_bias_gradient(dy, v.input(2).shape());
  const Trilinear t{conv_geometry(x.shape(), weight.shape(), conv.settings, conv.axes),
                    {x.shape(), weight.shape(), v.y.shape()}};
  return v.index == 0 ? conv_derivative(part_x, dy, weight, t) : conv_derivative(part_weight, x, dy, t);
}

// With max_pool, the value is that of two ops.
Var with_second_form(Var result, const Conv& conv) {
  if (conv.settings.max_pool <= 1)
    return with_var_vjp(result, [conv](const VarVjp& v) { return recorded_gradient(v, conv); });
  return with_value_in_ops(result, [conv](const VarVjp& v) {
    ConvSettings settings = conv.settings;
    settings.max_pool = 1;
    const Var whole = v.inputs.size() > 2 ? conv2d(v.input(0), v.input(1), v.input(2), settings)
                                          : conv2d(v.input(0), v.input(1), settings);
    return max_pool2d(whole, {.window = conv.settings.max_pool, .stride = conv.settings.max_pool});
  });
}

Var record_conv(const char* name, Var x, Var weight, Var bias, const Conv& conv) {
  return with_second_form(record(
                              {name, "dx = dy ∗ turned W, dW = x ∗ dy, db = Σ dy"}, {x, weight, bias},
                              [&](Forward& f) { forward(f, conv); }, activation_gradient(conv.settings.activation),
                              input_gradient(conv), weight_gradient(conv), bias_gradient),
                          conv);
}

Var record_conv(const char* name, Var x, Var weight, const Conv& conv) {
  return with_second_form(
      record(
          {name, "dx = dy ∗ turned W, dW = x ∗ dy"}, {x, weight}, [&](Forward& f) { forward(f, conv); },
          activation_gradient(conv.settings.activation), input_gradient(conv), weight_gradient(conv)),
      conv);
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

Var recorded_gradient(const VarVjp& v, const Transposed& conv) {
  const Var &x = v.input(0), &weight = v.input(1), dy = activation_gradient(conv.settings.activation, v);
  if (v.index == 2) return recorded_bias_gradient(dy, v.input(2).shape());
  const Trilinear t{conv_transpose_geometry(x.shape(), weight.shape(), conv.settings, conv.axes),
                    {v.y.shape(), weight.shape(), x.shape()}};
  return v.index == 0 ? conv_derivative(part_y, dy, weight, t) : conv_derivative(part_weight, dy, x, t);
}

Var with_second_form(Var result, const Transposed& conv) {
  return with_var_vjp(result, [conv](const VarVjp& v) { return recorded_gradient(v, conv); });
}

Var record_conv(const char* name, Var x, Var weight, Var bias, const Transposed& conv) {
  return with_second_form(
      record(
          {name, "dx = dy ∗ W, dW = dy ∗ x, db = Σ dy"}, {x, weight, bias}, [&](Forward& f) { forward(f, conv); },
          activation_gradient(conv.settings.activation), input_gradient(conv), weight_gradient(conv), bias_gradient),
      conv);
}

Var record_conv(const char* name, Var x, Var weight, const Transposed& conv) {
  return with_second_form(
      record(
          {name, "dx = dy ∗ W, dW = dy ∗ x"}, {x, weight}, [&](Forward& f) { forward(f, conv); },
          activation_gradient(conv.settings.activation), input_gradient(conv), weight_gradient(conv)),
      conv);
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
