#include <cotape/nn/optim/lion.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

Lion::Lion(std::vector<Parameter*> parameters, const LionOptions& options)
    : Optimizer("lion", {"m"}, std::move(parameters), options.lr, options.weight_decay), options_(options) {
  check_option("beta1", options.beta1, 1);
  check_option("beta2", options.beta2, 1);
}

void Lion::update(const Piece& piece) const {
  const real rate = static_cast<real>(piece.learning_rate);
  const real keep = static_cast<real>(1 - piece.learning_rate * piece.weight_decay);
  const real beta1 = static_cast<real>(options_.beta1), rest1 = static_cast<real>(1 - options_.beta1);
  const real beta2 = static_cast<real>(options_.beta2), rest2 = static_cast<real>(1 - options_.beta2);
  real* __restrict__ w = piece.value;
  const real* __restrict__ gradient = piece.gradient;
  real* __restrict__ m = piece.buffer(0);
  for (std::int64_t i = 0; i < piece.size; ++i) {
    const real direction = beta1 * m[i] + rest1 * gradient[i];
    const real sign = static_cast<real>(direction > 0) - static_cast<real>(direction < 0);
    w[i] = keep * w[i] - rate * sign;
    m[i] = flushed(beta2 * m[i] + rest2 * gradient[i]);
  }
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
