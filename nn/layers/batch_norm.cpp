#include <cotape/engine/base/error.h>
#include <cotape/nn/layers/batch_norm.h>

#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {

BatchNorm::BatchNorm(std::int64_t channels, const BatchNormOptions& options) : options_(options) {
  if (channels < 1) fail<ValueError>("batch_norm: ", channels, " channels");
  if (!(options.epsilon > 0)) fail<ValueError>("batch_norm: ε = ", options.epsilon, " is not positive");
  if (!(options.momentum >= 0 && options.momentum <= 1))
    fail<ValueError>("batch_norm: momentum ", options.momentum, " is outside [0, 1]");
  weight_ = Parameter("weight", Tensor({channels}, 1));
  bias_ = Parameter("bias", Tensor({channels}));
  running_mean_ = Tensor({channels});
  running_variance_ = Tensor({channels}, 1);
  add("weight", weight_);
  add("bias", bias_);
  add_buffer("running_mean", running_mean_);
  add_buffer("running_var", running_variance_);
}

Var BatchNorm::operator()(Var x, Var skip) {
  const Recording recording = record_on(x.tape());
  return normalise(std::move(x), std::move(skip));
}

Var BatchNorm::forward(Var x) { return normalise(std::move(x), {}); }

Var BatchNorm::normalise(Var x, std::optional<Var> skip) {
  Tape& tape = x.tape();
  const Var gain = tape.parameter(weight_), bias = tape.parameter(bias_);
  const BatchNormSettings settings{options_.epsilon, options_.activation, options_.max_pool};
  if (!training()) return batch_norm(x, gain, bias, running_mean_, running_variance_, settings, skip);
  const Var y = batch_norm(x, gain, bias, statistics_, settings, skip);
  const real m = options_.momentum, count = static_cast<real>(statistics_.count);
  const auto follow = [m](Tensor& running, const Tensor& batch, real factor) {
    for (std::int64_t c = 0; c < running.size(); ++c) running[c] += m * (factor * batch[c] - running[c]);
  };
  follow(running_mean_, statistics_.mean, 1);
  follow(running_variance_, statistics_.variance, count / (count - 1));
  return y;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
