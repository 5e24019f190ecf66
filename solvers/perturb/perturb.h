#pragma once
#include <cotape/engine/tape/tape.h>
#include <cotape/solvers/perturb/noise.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// y = x + τ·ε with fresh noise ε of x's shape: an ordinary op, dx = dy. In score form; costs are negated scores.
Var perturb(Var x, const Noise& noise, Rng& rng, real tau = 1);

// How noise Z of scale σ perturbs scores.
enum class Perturbation {
  additive,  // θ + σZ
  multiplicative  // θ ⊙ e^(σZ − σ²/2) (Dalle et al. 2022, section 3.3): no score changes its sign, so that costs ≥ 0
                  // stay ≥ 0. With normal noise its mean is θ. A score that is 0 stays 0.
};

// e^(σz − σ²/2), the factors of multiplicative noise, of z's shape; they may be z itself.
void make_factors(const Tensor& z, real sigma, Tensor& factors);

// x ⊙ e^(σZ − σ²/2) with fresh noise, for scores and costs alike. Throws ValueError unless σ ≥ 0 and finite.
Var perturb_multiplicative(Var x, const Noise& noise, Rng& rng, real sigma = 1);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
