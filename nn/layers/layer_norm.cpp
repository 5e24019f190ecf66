#include <cotape/engine/base/error.h>
#include <cotape/nn/layers/layer_norm.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

void check(const char* layer, std::int64_t features, real epsilon) {
  if (features < 1) fail<ValueError>(layer, ": ", features, " features");
  if (!(epsilon > 0)) fail<ValueError>(layer, ": ε = ", epsilon, " is not positive");
}

}  // namespace

LayerNorm::LayerNorm(const Shape& features, const LayerNormOptions& options)
    : settings_{features.rank(), options.epsilon} {
  check("layer_norm", features.rank() == 0 ? 0 : features.size(), options.epsilon);
  weight_ = Parameter("weight", Tensor(features, 1));
  add("weight", weight_);
  if (options.bias) add("bias", bias_.emplace("bias", Tensor(features)));
}

Var LayerNorm::forward(Var x) {
  Tape& tape = x.tape();
  const Var weight = tape.parameter(weight_);
  return bias_ ? layer_norm(x, weight, tape.parameter(*bias_), settings_) : layer_norm(x, weight, settings_);
}

RmsNorm::RmsNorm(std::int64_t features, real epsilon) : epsilon_(epsilon) {
  check("rms_norm", features, epsilon);
  weight_ = Parameter("weight", Tensor({features}, 1));
  add("weight", weight_);
}

Var RmsNorm::forward(Var x) { return rms_norm(x, x.tape().parameter(weight_), {.epsilon = epsilon_}); }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
