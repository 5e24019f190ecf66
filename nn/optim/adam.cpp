#include <cotape/nn/optim/adam.h>

#include <algorithm>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {

Adam::Adam(std::vector<Parameter*> parameters, const AdamOptions& options)
    : Adam("adam", std::move(parameters), options, false) {}

AdamW::AdamW(std::vector<Parameter*> parameters, const AdamWOptions& options)
    : Adam("adamw", std::move(parameters),
           {.lr = options.lr,
            .beta1 = options.beta1,
            .beta2 = options.beta2,
            .epsilon = options.epsilon,
            .weight_decay = options.weight_decay,
            .amsgrad = options.amsgrad,
            .lazy_rows = options.lazy_rows},
           true) {}

Adam::Adam(std::string name, std::vector<Parameter*> parameters, const AdamOptions& options, bool decoupled)
    : Optimizer(std::move(name),
                options.amsgrad ? std::vector<std::string>{"m", "v", "v_max"} : std::vector<std::string>{"m", "v"},
                std::move(parameters), options.lr, options.weight_decay),
      options_(options),
      decoupled_(decoupled) {
  check_option("beta1", options.beta1, 1);
  check_option("beta2", options.beta2, 1);
  check_option("epsilon", options.epsilon);
}

void Adam::update(const Piece& piece) const {
  const double b1 = options_.beta1, b2 = options_.beta2;
  const double t = static_cast<double>(piece.updates);
  const real beta1 = static_cast<real>(b1), rest1 = static_cast<real>(1 - b1);
  const real beta2 = static_cast<real>(b2), rest2 = static_cast<real>(1 - b2);
  const real rate = static_cast<real>(piece.learning_rate / (1 - std::pow(b1, t)));
  const real unbias = static_cast<real>(1 / std::sqrt(1 - std::pow(b2, t)));
  const real epsilon = static_cast<real>(options_.epsilon);
  // Both decays are a product with w, so the loop has no branch.
  const real decay = decoupled_ ? real(0) : static_cast<real>(piece.weight_decay);
  const real keep = decoupled_ ? static_cast<real>(1 - piece.learning_rate * piece.weight_decay) : real(1);
  real* __restrict__ w = piece.value;
  const real* __restrict__ gradient = piece.gradient;
  real* __restrict__ m = piece.buffer(0);
  real* __restrict__ v = piece.buffer(1);
  if (options_.amsgrad) {
    real* __restrict__ v_max = piece.buffer(2);
    for (std::int64_t i = 0; i < piece.size; ++i) {
      const real g = gradient[i] + decay * w[i];
      m[i] = flushed(beta1 * m[i] + rest1 * g);
      v[i] = flushed(beta2 * v[i] + rest2 * g * g);
      v_max[i] = std::max(v_max[i], v[i]);
      w[i] = keep * w[i] - rate * m[i] / (std::sqrt(v_max[i]) * unbias + epsilon);
    }
    return;
  }
  for (std::int64_t i = 0; i < piece.size; ++i) {
    const real g = gradient[i] + decay * w[i];
    m[i] = flushed(beta1 * m[i] + rest1 * g);
    v[i] = flushed(beta2 * v[i] + rest2 * g * g);
    w[i] = keep * w[i] - rate * m[i] / (std::sqrt(v[i]) * unbias + epsilon);
  }
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
