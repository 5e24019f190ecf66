#include <cotape/nn/optim/rmsprop.h>

#include <algorithm>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// In this order, each only where it is used.
std::vector<std::string> buffers(const RmsPropOptions& options) {
  std::vector<std::string> names = {"square"};
  if (options.centered) names.push_back("mean");
  if (options.momentum > 0) names.push_back("momentum");
  return names;
}

}  // namespace

RmsProp::RmsProp(std::vector<Parameter*> parameters, const RmsPropOptions& options)
    : Optimizer("rmsprop", buffers(options), std::move(parameters), options.lr, options.weight_decay),
      options_(options) {
  check_option("alpha", options.alpha, 1);
  check_option("epsilon", options.epsilon);
  check_option("momentum", options.momentum, 1);
}

void RmsProp::update(const Piece& piece) const {
  const real rate = static_cast<real>(piece.learning_rate), decay = static_cast<real>(piece.weight_decay);
  const real alpha = static_cast<real>(options_.alpha), rest = static_cast<real>(1 - options_.alpha);
  const real epsilon = static_cast<real>(options_.epsilon), momentum = static_cast<real>(options_.momentum);
  real* __restrict__ square = piece.buffer(0);
  real* __restrict__ mean = options_.centered ? piece.buffer(1) : nullptr;
  real* __restrict__ u = momentum > 0 ? piece.buffer(options_.centered ? 2 : 1) : nullptr;
  for (std::int64_t i = 0; i < piece.size; ++i) {
    const real g = piece.gradient[i] + decay * piece.value[i];
    square[i] = flushed(alpha * square[i] + rest * g * g);
    real variance = square[i];
    if (mean) {
      mean[i] = flushed(alpha * mean[i] + rest * g);
      variance = std::max(variance - mean[i] * mean[i], real(0));  // rounding can leave it below 0
    }
    real step = g / (std::sqrt(variance) + epsilon);
    if (u) step = u[i] = flushed(momentum * u[i] + step);
    piece.value[i] -= rate * step;
  }
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
