#pragma once
#include <array>

#include <cotape/solvers/core/rule.h>
#include <cotape/solvers/rules/settings.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// SIMPLE: exact samples forward, the exact derivative of their mean backward (K. Ahmed et al. 2023, "SIMPLE: a gradient
// estimator for k-subset sampling", there for TopK). z_s is drawn with probability ∝ e^⟨θ, z⟩ among all solutions, and
//   ∂ℓ/∂θ = mean_s Cov(z)·S·dy_s = Σ_s ∂⟨dy_s, μ(θ)⟩/∂θ,   μ(θ) = E z.
// Exact for a loss that is linear in z; else biased, of low variance. For any solver that can draw and knows the
// covariance, which wants no noise of its own: scores are log-weights. S draws forward, one covariance backward.
// Throws ValueError for samples < 1 and a solver without these abilities.
struct Simple {
  static constexpr std::array needs{Ability::draw, Ability::covariance};
  std::int64_t samples = 1;

  void describe(SettingVisitor& see) { see.count("samples", samples, "Noisy solutions of each instance"); }
  SolverCalls solver_calls() const { return {samples, 1}; }

  Samples operator()(Var scores, const BatchOracle& oracle, Rng& rng) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
