#include <cotape/engine/base/error.h>
#include <cotape/nn/optim/sgd.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

Sgd::Sgd(std::vector<Parameter*> parameters, const SgdOptions& options)
    : Optimizer("sgd", options.momentum > 0 ? std::vector<std::string>{"momentum"} : std::vector<std::string>{},
                std::move(parameters), options.lr, options.weight_decay),
      options_(options) {
  check_option("momentum", options.momentum, 1);
  if (options.nesterov && options.momentum == 0) fail<ValueError>("sgd: nesterov needs a momentum > 0");
}

void Sgd::update(const Piece& piece) const {
  const real rate = static_cast<real>(piece.learning_rate), momentum = static_cast<real>(options_.momentum);
  const real decay = static_cast<real>(piece.weight_decay);
  real* __restrict__ w = piece.value;
  const real* __restrict__ gradient = piece.gradient;
  if (options_.momentum == 0) {
    for (std::int64_t i = 0; i < piece.size; ++i) w[i] -= rate * (gradient[i] + decay * w[i]);
    return;
  }
  real* __restrict__ u = piece.buffer(0);
  // Both forms are a sum of the gradient and the momentum, so the loop has no branch.
  const real of_gradient = options_.nesterov ? 1 : 0, of_momentum = options_.nesterov ? momentum : 1;
  for (std::int64_t i = 0; i < piece.size; ++i) {
    const real g = gradient[i] + decay * w[i];
    u[i] = momentum * u[i] + g;
    w[i] -= rate * (of_gradient * g + of_momentum * u[i]);
  }
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
