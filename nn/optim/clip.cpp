#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/nn/optim/clip.h>
#include <cotape/nn/optim/flat.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

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

double sum_of_scaled_squares(const real* x, std::int64_t n, int exponent) {
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const double scaled = std::scalbn(static_cast<double>(x[i]), -exponent);
    sum += scaled * scaled;
  }
  return sum;
}

// The parameter whose gradient has the largest element, and the size of that.
std::pair<const Parameter*, double> largest(const Present& gradients) {
  std::pair<const Parameter*, double> found{nullptr, 0};
  for (const Parameter* parameter : gradients.parameters) {
    if (!parameter->gradient().finite())
      fail<ValueError>("clip_gradient_norm: the gradient of ", parameter->name(), " is not finite");
    for (const real g : parameter->gradient().values())
      if (std::abs(static_cast<double>(g)) > found.second) found = {parameter, std::abs(static_cast<double>(g))};
  }
  return found;
}

// root · 2^exponent. The exponent is 0 unless squares overflow or vanish in double.
struct Norm {
  double root;
  int exponent;
  double value() const { return std::scalbn(root, exponent); }
};

Norm norm_of(const Present& gradients) {
  using Limits = std::numeric_limits<double>;
  const auto gradient = [&](std::size_t p) { return gradients.parameters[p]->gradient().data(); };
  const double sum = gradients.range.parallel_sum([&](std::size_t p, std::int64_t begin, std::int64_t end) {
    return sum_of_squares(gradient(p) + begin, end - begin);
  });
  if (sum >= Limits::min() / Limits::epsilon() && sum <= Limits::max()) return {std::sqrt(sum), 0};
  const auto [parameter, top] = largest(gradients);
  if (!parameter) return {0, 0};
  const int exponent = std::ilogb(top);
  const double scaled = gradients.range.parallel_sum([&](std::size_t p, std::int64_t begin, std::int64_t end) {
    return sum_of_scaled_squares(gradient(p) + begin, end - begin, exponent);
  });
  const Norm norm{std::sqrt(scaled), exponent};
  if (!std::isfinite(norm.value()))
    fail<ValueError>("clip_gradient_norm: the norm is beyond double, the largest element ", top,
                     " is in the gradient of ", parameter->name());
  return norm;
}

}  // namespace

double clip_gradient_norm(std::span<Parameter* const> parameters, double max_norm) {
  if (!(max_norm > 0)) fail<ValueError>("clip_gradient_norm: max_norm ", max_norm, " is not positive");
  const Present gradients = gradients_of(parameters);
  const Norm norm = norm_of(gradients);
  if (norm.value() <= max_norm) return norm.value();
  const double exact_factor = max_norm / norm.root;
  const real factor = static_cast<real>(exact_factor);
  const bool ordinary = norm.exponent == 0 && std::isnormal(factor);
  gradients.range.parallel_for([&](std::size_t p, std::int64_t begin, std::int64_t end) {
    real* g = gradients.parameters[p]->mutable_gradient().data();
    if (ordinary)
      for (std::int64_t i = begin; i < end; ++i) g[i] *= factor;
    else
      for (std::int64_t i = begin; i < end; ++i)
        g[i] = static_cast<real>(std::scalbn(static_cast<double>(g[i]), -norm.exponent) * exact_factor);
  });
  return norm.value();
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
