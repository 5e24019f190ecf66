#include <cotape/engine/base/error.h>
#include <cotape/nn/layers/conv.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

void check(const char* layer, std::int64_t in, std::int64_t out, const Size2d& kernel, std::int64_t groups) {
  if (in < 1 || out < 1 || kernel.height < 1 || kernel.width < 1)
    fail<ValueError>(layer, ": ", in, " channels in, ", out, " out and a kernel of ", kernel, " are not all positive");
  if (groups < 1 || in % groups != 0 || out % groups != 0)
    fail<ValueError>(layer, ": ", in, " channels in and ", out, " out do not divide into ", groups, " groups");
}

Shape conv2d_weight(std::int64_t in, std::int64_t out, const Size2d& kernel, std::int64_t groups) {
  check("conv2d", in, out, kernel, groups);
  return {kernel.height, kernel.width, in / groups, out};
}

Shape conv1d_weight(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t groups) {
  check("conv1d", in, out, kernel, groups);
  return {kernel, in / groups, out};
}

Shape transposed_weight(std::int64_t in, std::int64_t out, const Size2d& kernel, std::int64_t groups) {
  check("conv_transpose2d", in, out, kernel, groups);
  return {kernel.height, kernel.width, out / groups, in};
}

// A stride spreads what a number of x feeds over more numbers of y, so that each of them reads less.
init::Fans transposed_fans(std::int64_t in, std::int64_t out, const Size2d& kernel, const Size2d& stride,
                           std::int64_t groups) {
  const std::int64_t area = kernel.height * kernel.width,
                     steps = std::max<std::int64_t>(1, stride.height * stride.width);
  return {.in = std::max<std::int64_t>(1, area * (in / groups) / steps), .out = area * (out / groups)};
}

}  // namespace

ConvLayer::ConvLayer(const Shape& weight, init::Fans fans, std::int64_t out, bool bias, Rng& rng) {
  weight_ = Parameter("weight", Tensor::uninitialized(weight));
  init::he_normal(weight_.mutable_value(), fans, rng);
  add("weight", weight_);
  if (bias) add("bias", bias_.emplace("bias", Tensor({out})));
}

Conv2d::Conv2d(std::int64_t in, std::int64_t out, const Size2d& kernel, const Conv2dOptions& options, Rng& rng)
    : ConvLayer(conv2d_weight(in, out, kernel, options.groups),
                init::fans(conv2d_weight(in, out, kernel, options.groups), options.groups), out, options.bias, rng),
      settings_{options.stride,   options.padding,  options.activation,
                options.max_pool, options.dilation, options.groups} {}

Var Conv2d::forward(Var x) {
  Tape& tape = x.tape();
  const Var weight = tape.parameter(weight_);
  return bias_ ? conv2d(x, weight, tape.parameter(*bias_), settings_) : conv2d(x, weight, settings_);
}

Conv1d::Conv1d(std::int64_t in, std::int64_t out, std::int64_t kernel, const Conv1dOptions& options, Rng& rng)
    : ConvLayer(conv1d_weight(in, out, kernel, options.groups),
                init::fans(conv1d_weight(in, out, kernel, options.groups), options.groups), out, options.bias, rng),
      settings_{options.stride, options.padding, options.activation, options.dilation, options.groups} {}

Var Conv1d::forward(Var x) {
  Tape& tape = x.tape();
  const Var weight = tape.parameter(weight_);
  return bias_ ? conv1d(x, weight, tape.parameter(*bias_), settings_) : conv1d(x, weight, settings_);
}

ConvTranspose2d::ConvTranspose2d(std::int64_t in, std::int64_t out, const Size2d& kernel,
                                 const ConvTranspose2dOptions& options, Rng& rng)
    : ConvLayer(transposed_weight(in, out, kernel, options.groups),
                transposed_fans(in, out, kernel, options.stride, options.groups), out, options.bias, rng),
      settings_{options.stride,     options.padding,  options.output_padding,
                options.activation, options.dilation, options.groups} {}

Var ConvTranspose2d::forward(Var x) {
  Tape& tape = x.tape();
  const Var weight = tape.parameter(weight_);
  return bias_ ? conv_transpose2d(x, weight, tape.parameter(*bias_), settings_)
               : conv_transpose2d(x, weight, settings_);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
