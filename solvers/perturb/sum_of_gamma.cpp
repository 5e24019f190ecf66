#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/solvers/perturb/gamma_sum.h>
#include <cotape/solvers/perturb/sum_of_gamma.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::int64_t block_values = 1 << 13;

// A quantile function, tabulated over t = min(u, 1 − u) on either side of the median. The nodes are the numbers whose
// float mantissa ends in 16 zeros, 128 an octave, so that a draw finds its place by a shift of t's bits.
class QuantileTable {
 public:
  // lower(t) is the quantile at u = t, upper(t) that at u = 1 − t.
  template <class Lower, class Upper>
  QuantileTable(Lower lower, Upper upper) : values_(2 * nodes) {
    for (std::uint32_t i = 0; i < nodes; ++i) {
      const double t = std::bit_cast<float>((first + i) << shift);
      values_[i] = static_cast<real>(lower(t));
      values_[nodes + i] = static_cast<real>(upper(t));
    }
  }

  // Replaces uniform draws of 23 bits (open_unit) by their quantiles.
  void look_up(real* values, std::int64_t n) const {
    const real* table = values_.data();
    for (std::int64_t i = 0; i < n; ++i) {
      const auto u = static_cast<float>(values[i]);
      const std::uint32_t bits = std::bit_cast<std::uint32_t>(std::min(u, 1 - u));
      const auto node = static_cast<std::int32_t>((bits >> shift) - first + (u < 0.5f ? 0u : nodes));
      const real part = static_cast<real>(static_cast<std::int32_t>(bits & mask)) * real(1.0 / (mask + 1));
      const real left = table[node];
      values[i] = left + part * (table[node + 1] - left);
    }
  }

 private:
  static constexpr std::uint32_t shift = 16;
  static constexpr std::uint32_t mask = (1u << shift) - 1;
  static constexpr std::uint32_t first = std::bit_cast<std::uint32_t>(0x1p-24f) >> shift;  // the least t there is
  static constexpr std::uint32_t nodes = (std::bit_cast<std::uint32_t>(0.5f) >> shift) - first + 1;

  std::vector<real> values_;
};

GammaSum gamma_sum_of(const SumOfGamma& settings) {
  std::vector<double> scales;
  for (std::int64_t i = 1; i <= settings.s; ++i) {
    const double scale = settings.k / static_cast<double>(i);
    scales.push_back(settings.as_published_code ? 1 / scale : scale);
  }
  return GammaSum(1 / static_cast<double>(settings.k), scales);
}

class SumOfGammaSampler final : public NoiseSampler {
 public:
  explicit SumOfGammaSampler(const SumOfGamma& settings)
      : settings_(settings),
        sum_(gamma_sum_of(settings)),
        table_([this](double t) { return noise_of(sum_.lower_quantile(t)); },
               [this](double t) { return noise_of(sum_.upper_quantile(t)); }) {}

  std::string name() const override {
    std::ostringstream out;
    out << "sum-of-gamma(κ = " << settings_.k << ", τ = " << settings_.tau << ", s = " << settings_.s
        << (settings_.as_published_code ? ", as published code)" : ")");
    return out.str();
  }

  void sample(Tensor& out, Rng& rng) const override {
    rng.uniform(out);
    parallel_for(out.size(), block_values,
                 [&](std::int64_t begin, std::int64_t end) { table_.look_up(out.data() + begin, end - begin); });
  }

  double mean() const override { return noise_of(sum_.mean()); }
  double deviation() const override { return static_cast<double>(settings_.tau) / settings_.k * sum_.deviation(); }

 private:
  double noise_of(double sum) const {
    return static_cast<double>(settings_.tau) / settings_.k * (sum - std::log(static_cast<double>(settings_.s)));
  }

  SumOfGamma settings_;
  GammaSum sum_;
  QuantileTable table_;
};

}  // namespace

SumOfGamma::operator Noise() const {
  if (!(k > 0 && std::isfinite(k))) fail<ValueError>("sum-of-gamma: κ = ", k, " is not positive and finite");
  if (!(tau > 0 && std::isfinite(tau))) fail<ValueError>("sum-of-gamma: τ = ", tau, " is not positive and finite");
  if (s < 1 || s > 1000) fail<ValueError>("sum-of-gamma: s = ", s, " is outside 1 … 1000");
  return Noise(std::make_shared<const SumOfGammaSampler>(*this));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
