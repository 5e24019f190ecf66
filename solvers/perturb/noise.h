#pragma once
#include <memory>
#include <string>
#include <string_view>

#include <cotape/engine/base/random.h>
#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// How one kind of noise is drawn. To add a kind, derive from this and hand it to Noise.
class NoiseSampler {
 public:
  virtual ~NoiseSampler() = default;
  virtual std::string name() const = 0;
  // Fills with independent draws, in parallel, the same bits for any number of threads.
  virtual void sample(Tensor& out, Rng& rng) const = 0;
  virtual double mean() const = 0;
  virtual double deviation() const = 0;
  // Whether the density is e^{−ν} with a derivative ν', and ν' of every element of z; there is none at first.
  virtual bool has_score_derivative() const { return false; }
  virtual void score_derivative(const Tensor& z, Tensor& out) const;
};

// A distribution to draw perturbations of scores from: a value, cheap to copy. Made from any of the kinds below or
// in other headers: Noise noise = Gumbel{}.
class Noise {
 public:
  explicit Noise(std::shared_ptr<const NoiseSampler> sampler) : sampler_(std::move(sampler)) {}

  // With its settings: "two-point(α = 0.5)".
  std::string name() const { return sampler_->name(); }

  // Fills `out` with independent draws; the generator advances by the same amount whatever the number of threads,
  // and the draws are the same bits.
  void sample(Tensor& out, Rng& rng) const { sampler_->sample(out, rng); }

  // ν'(z) of each element, where e^{−ν} is the density up to a factor (Berthet et al. 2020, proposition 3.1): what
  // perturbed optimisers and score-function estimates multiply with. `out` has the shape of z and may be z itself.
  // Throws ValueError for noise without a differentiable density, ShapeError for shapes that differ.
  void score_derivative(const Tensor& z, Tensor& out) const;
  bool has_score_derivative() const { return sampler_->has_score_derivative(); }

  // Exact expectation and standard deviation.
  double mean() const { return sampler_->mean(); }
  double deviation() const { return sampler_->deviation(); }

 private:
  std::shared_ptr<const NoiseSampler> sampler_;
};

// The noise that has this name() and no settings: none, gumbel, normal, laplace, uniform. Throws ValueError for others.
Noise noise_named(std::string_view name);

// All zeros: for unperturbed runs. Draws nothing from the generator.
struct NoNoise {
  operator Noise() const;
};

// Standard Gumbel, −ln(−ln U): its perturbed argmax is softmax. ν'(z) = 1 − e^{−z}.
struct Gumbel {
  operator Noise() const;
};

// Standard normal. ν'(z) = z.
struct Normal {
  operator Noise() const;
};

// Laplace with density ½·e^{−|z|}. ν'(z) = sign z.
struct Laplace {
  operator Noise() const;
};

// Uniform in (−1, 1).
struct Uniform {
  operator Noise() const;
};

// ±α/2 with probability ½ each: the noise margin of Sahoo et al. 2023. Throws ValueError for α < 0.
struct TwoPoint {
  real alpha = 1;
  operator Noise() const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
