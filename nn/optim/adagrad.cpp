#include <cotape/nn/optim/adagrad.h>

#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {

Adagrad::Adagrad(std::vector<Parameter*> parameters, const AdagradOptions& options)
    : Optimizer("adagrad", {"sum"}, std::move(parameters), options.lr, options.weight_decay), options_(options) {
  check_option("lr decay", options.lr_decay);
  check_option("initial sum", options.initial_sum);
  check_option("epsilon", options.epsilon);
}

void Adagrad::update(const Piece& piece) const {
  const double before = static_cast<double>(piece.updates - 1);
  const real rate = static_cast<real>(piece.learning_rate / (1 + before * options_.lr_decay));
  const real decay = static_cast<real>(piece.weight_decay), epsilon = static_cast<real>(options_.epsilon);
  const real initial = static_cast<real>(options_.initial_sum);
  real* __restrict__ w = piece.value;
  const real* __restrict__ gradient = piece.gradient;
  real* __restrict__ sum = piece.buffer(0);
  for (std::int64_t i = 0; i < piece.size; ++i) {
    const real g = gradient[i] + decay * w[i];
    sum[i] += g * g;
    w[i] -= rate * g / (std::sqrt(initial + sum[i]) + epsilon);
  }
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
