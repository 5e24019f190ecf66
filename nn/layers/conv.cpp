#include <cotape/engine/base/error.h>
#include <cotape/nn/layers/conv.h>
#include <cotape/nn/layers/init.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

Conv2d::Conv2d(std::int64_t in, std::int64_t out, std::int64_t kernel, const Conv2dOptions& options, Rng& rng)
    : settings_{options.stride, options.padding, options.activation, options.max_pool} {
  if (in < 1 || out < 1 || kernel < 1)
    fail<ValueError>("conv2d: ", in, " channels in, ", out, " out and a kernel of ", kernel, " are not all positive");
  weight_ = Parameter("weight", Tensor::uninitialized({kernel, kernel, in, out}));
  const std::int64_t area = kernel * kernel;
  init::he_normal(weight_.mutable_value(), {.in = area * in, .out = area * out}, rng);
  add("weight", weight_);
  if (options.bias) add("bias", bias_.emplace("bias", Tensor({out})));
}

Var Conv2d::forward(Var x) {
  Tape& tape = x.tape();
  const Var weight = tape.parameter(weight_);
  return bias_ ? conv2d(x, weight, tape.parameter(*bias_), settings_) : conv2d(x, weight, settings_);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
