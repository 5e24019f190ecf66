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

std::int64_t row_size(const Parameter& parameter) {
  return parameter.gradient().size() / std::max<std::int64_t>(1, parameter.gradient().shape()[0]);
}

// Rows that no gradient has reached are no part of it: they are 0.
Present gradients_of(std::span<Parameter* const> parameters) {
  Present result;
  for (Parameter* parameter : parameters) {
    if (!parameter->has_gradient() || parameter->frozen()) continue;
    result.parameters.push_back(parameter);
    const auto rows = parameter->gradient_rows();
    result.range.append(rows ? std::ssize(*rows) * row_size(*parameter) : parameter->gradient().size());
  }
  return result;
}

// Calls body(place, count) for the places in a gradient that the piece [begin, end) of the range stands for.
template <class Body>
void for_places(const Parameter& parameter, std::int64_t begin, std::int64_t end, const Body& body) {
  const auto rows = parameter.gradient_rows();
  if (!rows) return body(begin, end - begin);
  const std::int64_t size = row_size(parameter);
  while (begin < end) {
    const std::int64_t column = begin % size, count = std::min(size - column, end - begin);
    body((*rows)[static_cast<std::size_t>(begin / size)] * size + column, count);
    begin += count;
  }
}

// Sum over the gradients of body(numbers, count).
template <class Body>
double sum_of(const Present& gradients, const Body& body) {
  return gradients.range.parallel_sum([&](std::size_t p, std::int64_t begin, std::int64_t end) {
    const Parameter& parameter = *gradients.parameters[p];
    double sum = 0;
    for_places(parameter, begin, end, [&](std::int64_t place, std::int64_t count) {
      sum += body(parameter.gradient().data() + place, count);
    });
    return sum;
  });
}

// Changes the gradients by body(numbers, count).
template <class Body>
void change(const Present& gradients, const Body& body) {
  gradients.range.parallel_for([&](std::size_t p, std::int64_t begin, std::int64_t end) {
    Parameter& parameter = *gradients.parameters[p];
    for_places(parameter, begin, end, [&](std::int64_t place, std::int64_t count) {
      body(parameter.mutable_gradient_rows().data() + place, count);
    });
  });
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
  const double sum = sum_of(gradients, sum_of_squares);
  if (sum >= Limits::min() / Limits::epsilon() && sum <= Limits::max()) return {std::sqrt(sum), 0};
  const auto [parameter, top] = largest(gradients);
  if (!parameter) return {0, 0};
  const int exponent = std::ilogb(top);
  const double scaled =
      sum_of(gradients, [=](const real* x, std::int64_t n) { return sum_of_scaled_squares(x, n, exponent); });
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
  change(gradients, [&](real* g, std::int64_t n) {
    if (ordinary)
      for (std::int64_t i = 0; i < n; ++i) g[i] *= factor;
    else
      for (std::int64_t i = 0; i < n; ++i)
        g[i] = static_cast<real>(std::scalbn(static_cast<double>(g[i]), -norm.exponent) * exact_factor);
  });
  return norm.value();
}

void clip_gradient_value(std::span<Parameter* const> parameters, double max_value) {
  if (!(max_value > 0)) fail<ValueError>("clip_gradient_value: max_value ", max_value, " is not positive");
  const Present gradients = gradients_of(parameters);
  const real bound = static_cast<real>(max_value);
  change(gradients, [&](real* g, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) g[i] = std::clamp(g[i], -bound, bound);
  });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
