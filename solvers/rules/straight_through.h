#pragma once
#include <cotape/solvers/core/rule.h>
#include <cotape/solvers/perturb/noise.h>
#include <cotape/solvers/rules/settings.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// S perturbed solutions z_s = y(θ + τ·ε_s); the gradient passes straight through: ∂ℓ/∂θ = mean_s S·dy_s, where the mean
// over samples downstream has divided each dy_s by S (Bengio et al. 2013). S solver calls, none in the backward pass.
// With S = 1 it is Identity on perturbed scores. Throws ValueError for samples < 1.
struct StraightThrough {
  Noise noise = Gumbel{};
  real tau = 1;  // scale of the noise
  std::int64_t samples = 1;

  void describe(SettingVisitor& see);
  SolverCalls solver_calls() const { return {samples, 0}; }

  Samples operator()(Var scores, const BatchOracle& oracle, Rng& rng) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
