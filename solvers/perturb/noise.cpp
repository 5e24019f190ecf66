#include <cotape/engine/base/error.h>
#include <cotape/engine/base/math.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/solvers/perturb/noise.h>

#include <algorithm>
#include <array>
#include <numbers>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::int64_t block_values = 1 << 13;

// out[i] = f(in[i]), in parallel blocks whose loops vectorise; `in` may be `out`.
template <class F>
void transform(const Tensor& in, Tensor& out, F f) {
  const real* from = in.data();
  real* to = out.data();
  parallel_for(out.size(), block_values, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) to[i] = f(from[i]);
  });
}

struct NoNoiseSampler final : NoiseSampler {
  std::string name() const override { return "none"; }
  void sample(Tensor& out, Rng&) const override { out.fill(0); }
  double mean() const override { return 0; }
  double deviation() const override { return 0; }
};

struct GumbelSampler final : NoiseSampler {
  std::string name() const override { return "gumbel"; }
  void sample(Tensor& out, Rng& rng) const override {
    rng.uniform(out);
    transform(out, out, [](real u) { return -vlog_of_normal(-vlog_of_normal(u)); });
  }
  double mean() const override { return std::numbers::egamma; }
  double deviation() const override { return std::numbers::pi / std::sqrt(6.0); }
  bool has_score_derivative() const override { return true; }
  void score_derivative(const Tensor& z, Tensor& out) const override {
    transform(z, out, [](real x) { return 1 - vexp(-x); });
  }
};

struct NormalSampler final : NoiseSampler {
  std::string name() const override { return "normal"; }
  void sample(Tensor& out, Rng& rng) const override { rng.normal(out); }
  double mean() const override { return 0; }
  double deviation() const override { return 1; }
  bool has_score_derivative() const override { return true; }
  void score_derivative(const Tensor& z, Tensor& out) const override {
    if (&z != &out) out.copy_from(z);
  }
};

struct LaplaceSampler final : NoiseSampler {
  std::string name() const override { return "laplace"; }
  void sample(Tensor& out, Rng& rng) const override {
    rng.uniform(out);
    transform(out, out, [](real u) { return std::copysign(vlog_of_normal(2 * std::min(u, 1 - u)), u - real(0.5)); });
  }
  double mean() const override { return 0; }
  double deviation() const override { return std::numbers::sqrt2; }
  bool has_score_derivative() const override { return true; }
  void score_derivative(const Tensor& z, Tensor& out) const override {
    transform(z, out, [](real x) { return static_cast<real>(x > 0) - static_cast<real>(x < 0); });
  }
};

struct UniformSampler final : NoiseSampler {
  std::string name() const override { return "uniform"; }
  void sample(Tensor& out, Rng& rng) const override {
    rng.uniform(out);
    transform(out, out, [](real u) { return 2 * u - 1; });
  }
  double mean() const override { return 0; }
  double deviation() const override { return 1 / std::numbers::sqrt3; }
};

struct TwoPointSampler final : NoiseSampler {
  explicit TwoPointSampler(real alpha) : half(alpha / 2) {}
  std::string name() const override {
    std::ostringstream out;
    out << "two-point(α = " << 2 * half << ")";
    return out.str();
  }
  void sample(Tensor& out, Rng& rng) const override {
    rng.uniform(out);
    transform(out, out, [h = half](real u) { return std::copysign(h, u - real(0.5)); });
  }
  double mean() const override { return 0; }
  double deviation() const override { return half; }
  real half;
};

}  // namespace

void NoiseSampler::score_derivative(const Tensor&, Tensor&) const {
  fail<ValueError>("noise ", name(), ": has no density with a derivative, which this estimate needs");
}

void Noise::score_derivative(const Tensor& z, Tensor& out) const {
  if (z.shape() != out.shape())
    fail<ShapeError>("score derivative of ", name(), ": shapes differ: z ", z.shape(), " out ", out.shape());
  sampler_->score_derivative(z, out);
}

Noise noise_named(std::string_view name) {
  const std::array<Noise, 5> all = {NoNoise{}, Gumbel{}, Normal{}, Laplace{}, Uniform{}};
  for (const Noise& noise : all)
    if (noise.name() == name) return noise;
  fail<ValueError>("no noise is named \"", name, "\"");
}

NoNoise::operator Noise() const { return Noise(std::make_shared<const NoNoiseSampler>()); }
Gumbel::operator Noise() const { return Noise(std::make_shared<const GumbelSampler>()); }
Normal::operator Noise() const { return Noise(std::make_shared<const NormalSampler>()); }
Laplace::operator Noise() const { return Noise(std::make_shared<const LaplaceSampler>()); }
Uniform::operator Noise() const { return Noise(std::make_shared<const UniformSampler>()); }

TwoPoint::operator Noise() const {
  if (!(alpha >= 0)) fail<ValueError>("noise two-point: α = ", alpha, " is negative or NaN");
  return Noise(std::make_shared<const TwoPointSampler>(alpha));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
