#pragma once
#include <cotape/solvers/core/rule.h>
#include <cotape/solvers/rules/settings.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The solver's Jacobian is replaced by the identity: ∂ℓ/∂θ = dy (Sahoo et al. 2023, eq. 3). One solver call, none in
// the backward pass. Wants a projection (standardize where the solver allows it): the update ignores what the solver is
// invariant to, and would otherwise drift there.
struct Identity {
  void describe(SettingVisitor&) {}
  SolverCalls solver_calls() const { return {1, 0}; }

  Var operator()(Var scores, const BatchOracle& oracle) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
