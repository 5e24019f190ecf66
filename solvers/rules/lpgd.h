#pragma once
#include <cotape/solvers/rules/difference.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Lagrangian proximal gradient descent: a difference of solutions as Blackbox takes it, but of solutions that a
// quadratic of strength ρ holds back to y = y(θ) (A. Paulus et al. 2024, "LPGD", for a linear problem):
//   y± = argmax_y' ⟨θ ± τ·dy, y'⟩ − ρ/2·‖y' − y‖²,   ∂ℓ/∂θ = (y − y₋)/τ for the target side, (y₊ − y)/τ away,
// (y₊ − y₋)/2τ central. Among vectors of 0 and 1 the quadratic is linear: the solver is given θ ± τ·dy + ρ·(y − ½).
// The larger ρ, the further dy must reach before a solution changes, and the closer to y is what it changes to. With
// ρ = 0 it is Blackbox with λ = τ. One solver call forward; one backward, two for the central side.
// Throws ValueError unless τ is positive and finite and ρ ≥ 0 and finite; with ρ > 0 also where a solution that it
// looks at has another entry than 0 and 1. (Entries of solutions that it does not look at may be other whole numbers:
// for those the quadratic is larger than the linear form, so that they are not better.)
struct Lpgd {
  real tau = 20;
  real rho = real(0.1);
  Side side = Side::target;

  void describe(SettingVisitor& see);
  SolverCalls solver_calls() const { return {1, moved_points(side)}; }

  Var operator()(Var scores, const BatchOracle& oracle) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
