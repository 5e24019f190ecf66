#pragma once
#include <cotape/solvers/core/rule.h>
#include <cotape/solvers/perturb/perturb.h>
#include <cotape/solvers/rules/settings.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What is subtracted from a sample's solution before it is weighed: the expectation stays, the variance falls.
enum class Baseline {
  none,
  leave_one_out,  // the mean of the other samples' solutions; wants samples ≥ 2
  unperturbed     // y(θ): one more solver call; the best for small σ
};

// The perturbed maximiser ȳ = mean_m y(θ + σ·Z_m), a smooth function of θ in expectation, and the Monte-Carlo estimate
// of its own Jacobian (Berthet et al. 2020, proposition 3.1)
//   ∂ℓ/∂θ = 1/(Mσ)·Σ_m ⟨y_m − b, dy⟩·ν'(Z_m)   of each instance.
// Unlike the rules that return samples, it returns their mean, of the scores' shape: no sample axis. M solver calls
// forward, none backward. The noise needs a density with a derivative: Gumbel, Normal, Laplace.
// Multiplicative noise, θ ⊙ e^(σZ − σ²/2), is for costs that must stay ≥ 0 (Dalle et al. 2022): the estimate is divided
// by θ,
//   ∂ℓ/∂θ = 1/(Mσ)·Σ_m ⟨y_m − b, dy⟩·ν'(Z_m) / θ,   and 0 for scores that are 0, which no noise moves.
// Throws ValueError unless σ is positive and finite and samples ≥ 1 (2 with leave_one_out), or, when a gradient is
// wanted, for noise without a derivative.
struct Perturbed {
  Noise noise = Normal{};
  real sigma = 1;
  std::int64_t samples = 1;
  Baseline baseline = Baseline::none;
  Perturbation perturbation = Perturbation::additive;

  void describe(SettingVisitor& see);
  SolverCalls solver_calls() const { return {samples + (baseline == Baseline::unperturbed), 0}; }

  Var operator()(Var scores, const BatchOracle& oracle, Rng& rng) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
