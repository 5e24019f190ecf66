#include <cotape/engine/base/error.h>
#include <cotape/nn/layers/init.h>

#include <algorithm>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace init {
namespace {

void check(Fans fans) {
  if (fans.in < 1 || fans.out < 1)
    fail<ValueError>("init: fans in ", fans.in, " and out ", fans.out, " are not both positive");
}

double glorot_deviation(Fans fans) {
  check(fans);
  return std::sqrt(2.0 / static_cast<double>(fans.in + fans.out));
}

double he_deviation(Fans fans) {
  check(fans);
  return std::sqrt(2.0 / static_cast<double>(fans.in));
}

// Uniform draws around 0 with this standard deviation: the half-width of the interval is √3 times as large.
void symmetric(Tensor& weight, double deviation, Rng& rng) {
  const real bound = static_cast<real>(std::sqrt(3.0) * deviation);
  uniform(weight, -bound, bound, rng);
}

}  // namespace

Fans fans(const Shape& weight, std::int64_t groups) {
  if (weight.rank() < 2 || weight.size() == 0)
    fail<ShapeError>("fans: a weight of shape ", weight, " is not [out, in] or [receptive..., in, out] with elements");
  if (weight.rank() == 2) return {.in = weight[1], .out = weight[0]};
  if (groups < 1 || weight[-1] % groups != 0)
    fail<ShapeError>("fans: the ", weight[-1], " channels out of a weight of shape ", weight, " do not divide into ",
                     groups, " groups");
  return {.in = weight.size() / weight[-1], .out = weight.size() / weight[-2] / groups};
}

void constant(Tensor& out, real value) { out.fill(value); }

void uniform(Tensor& out, real low, real high, Rng& rng) {
  if (!std::isfinite(low) || !std::isfinite(high) || low >= high)
    fail<ValueError>("uniform: (", low, ", ", high, ") is not an interval");
  rng.uniform(out);
  // Rounding may reach an end of the interval; the clamp keeps it open.
  const real min = std::nextafter(low, high), max = std::nextafter(high, low);
  for (real& x : out.values()) x = std::clamp(low + x * (high - low), min, max);
}

void normal(Tensor& out, real mean, real deviation, Rng& rng) {
  if (!std::isfinite(mean) || !std::isfinite(deviation) || deviation < 0)
    fail<ValueError>("normal: mean ", mean, ", deviation ", deviation, " are not finite with deviation >= 0");
  rng.normal(out);
  for (real& x : out.values()) x = mean + deviation * x;
}

void glorot_uniform(Tensor& weight, Rng& rng) { glorot_uniform(weight, fans(weight.shape()), rng); }
void glorot_normal(Tensor& weight, Rng& rng) { glorot_normal(weight, fans(weight.shape()), rng); }
void glorot_uniform(Tensor& weight, Fans fans, Rng& rng) { symmetric(weight, glorot_deviation(fans), rng); }
void glorot_normal(Tensor& weight, Fans fans, Rng& rng) {
  normal(weight, 0, static_cast<real>(glorot_deviation(fans)), rng);
}

void he_uniform(Tensor& weight, Rng& rng) { he_uniform(weight, fans(weight.shape()), rng); }
void he_normal(Tensor& weight, Rng& rng) { he_normal(weight, fans(weight.shape()), rng); }
void he_uniform(Tensor& weight, Fans fans, Rng& rng) { symmetric(weight, he_deviation(fans), rng); }
void he_normal(Tensor& weight, Fans fans, Rng& rng) { normal(weight, 0, static_cast<real>(he_deviation(fans)), rng); }

}  // namespace init
}  // namespace COTAPE_PRECISION
}  // namespace cotape
