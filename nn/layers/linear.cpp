#include <cotape/engine/base/error.h>
#include <cotape/nn/layers/init.h>
#include <cotape/nn/layers/linear.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

Linear::Linear(std::int64_t in, std::int64_t out, const LinearOptions& options, Rng& rng)
    : activation_(options.activation) {
  if (in < 1 || out < 1) fail<ValueError>("linear: ", in, " inputs and ", out, " outputs are not both positive");
  own_weight_ = Parameter("weight", Tensor::uninitialized({out, in}));
  init::glorot_uniform(own_weight_.mutable_value(), rng);
  add("weight", own_weight_);
  if (options.bias) add("bias", bias_.emplace("bias", Tensor({out})));
}

Linear::Linear(Parameter& tied_weight, const LinearOptions& options)
    : activation_(options.activation), weight_(&tied_weight) {
  const Shape& shape = tied_weight.value().shape();
  if (shape.rank() != 2) fail<ShapeError>("linear: the tied weight ", shape, " is not [out, in]");
  tie("weight", tied_weight);
  if (options.bias) add("bias", bias_.emplace("bias", Tensor({shape[0]})));
}

Var Linear::forward(Var x) {
  Tape& tape = x.tape();
  const Var weight = tape.parameter(*weight_);
  return bias_ ? linear(x, weight, tape.parameter(*bias_), activation_) : linear(x, weight, activation_);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
