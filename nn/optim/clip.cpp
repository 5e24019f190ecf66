#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/nn/optim/clip.h>
#include <cotape/nn/optim/flat.h>

#include <algorithm>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// The gradients that exist and are in use, as one range.
struct Present {
  std::vector<Parameter*> parameters;
  FlatRange range;
};

Present gradients_of(std::span<Parameter* const> parameters) {
  Present result;
  for (Parameter* parameter : parameters) {
    if (!parameter->has_gradient() || parameter->frozen()) continue;
    result.parameters.push_back(parameter);
    result.range.append(parameter->gradient().size());
  }
  return result;
}

double sum_of_squares(const real* x, std::int64_t n) {
  constexpr std::int64_t lanes = 8;
  double sums[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (std::int64_t j = 0; j < lanes; ++j) sums[j] += static_cast<double>(x[i + j]) * static_cast<double>(x[i + j]);
  for (; i < n; ++i) sums[0] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  double sum = 0;
  for (const double lane : sums) sum += lane;
  return sum;
}

}  // namespace

double clip_gradient_norm(std::span<Parameter* const> parameters, double max_norm) {
  if (!(max_norm > 0)) fail<ValueError>("clip_gradient_norm: max_norm ", max_norm, " is not positive");
  const Present gradients = gradients_of(parameters);
  const double norm = std::sqrt(gradients.range.parallel_sum([&](std::size_t p, std::int64_t begin, std::int64_t end) {
    return sum_of_squares(gradients.parameters[p]->gradient().data() + begin, end - begin);
  }));
  if (!std::isfinite(norm)) {
    for (const Parameter* parameter : gradients.parameters)
      if (!parameter->gradient().finite())
        fail<ValueError>("clip_gradient_norm: the gradient of ", parameter->name(), " is not finite");
    fail<ValueError>("clip_gradient_norm: the norm of finite gradients overflows");
  }
  if (norm <= max_norm) return norm;
  const real factor = static_cast<real>(max_norm / norm);
  gradients.range.parallel_for([&](std::size_t p, std::int64_t begin, std::int64_t end) {
    real* g = gradients.parameters[p]->mutable_gradient().data();
    for (std::int64_t i = begin; i < end; ++i) g[i] *= factor;
  });
  return norm;
}

void clip_gradient_value(std::span<Parameter* const> parameters, double max_value) {
  if (!(max_value > 0)) fail<ValueError>("clip_gradient_value: max_value ", max_value, " is not positive");
  const Present gradients = gradients_of(parameters);
  const real bound = static_cast<real>(max_value);
  gradients.range.parallel_for([&](std::size_t p, std::int64_t begin, std::int64_t end) {
    real* g = gradients.parameters[p]->mutable_gradient().data();
    for (std::int64_t i = begin; i < end; ++i) g[i] = std::clamp(g[i], -bound, bound);
  });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
