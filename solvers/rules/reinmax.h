#pragma once
#include <array>

#include <cotape/solvers/core/rule.h>
#include <cotape/solvers/rules/settings.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// ReinMax: straight-through for one choice among n, accurate to second order (L. Liu et al. 2023, "Bridging discrete
// and backpropagation: straight-through and beyond", algorithm 2). z_s is drawn with the probabilities π = softmax(θ),
// and
//   ∂ℓ/∂θ = Σ_s 2·J(½(z_s + softmax(θ/τ)))·dy_s − ½·J(π)·dy_s,   J(p) = diag(p) − ppᵀ.
// With τ = 1 it is exact in expectation for a loss that is quadratic in z; a larger τ lowers the variance. For solvers
// whose solutions are one-hot and that have marginals, as TopK with k = 1. One solver call a sample forward; softmax
// counts as one backward, softmax(θ/τ) as another where τ is not 1.
// Throws ValueError unless τ is positive and finite and samples ≥ 1, and for other solvers and solutions.
struct ReinMax {
  static constexpr std::array needs{Ability::marginals};
  real tau = 1;
  std::int64_t samples = 1;

  void describe(SettingVisitor& see);
  SolverCalls solver_calls() const { return {samples, tau == 1 ? 1 : 2}; }
  void check_solver(const Solver& solver) const;

  Samples operator()(Var scores, const BatchOracle& oracle, Rng& rng) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
