#pragma once
#include <cotape/solvers/core/hull_point.h>
#include <cotape/solvers/core/rule.h>
#include <cotape/solvers/rules/settings.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// SparseMAP: a solver made continuous by a quadratic penalty, y(θ) = argmax ⟨θ, y⟩ − λ/2·‖y‖² over the convex hull of
// its solutions, and its own derivative (V. Niculae et al. 2018; M. Blondel et al. 2020). The result is the mean of a
// few solutions, no solution itself; the stronger the penalty, the more of them. y is piecewise linear in θ:
//   ∂ℓ/∂θ = P·dy/λ,   P the projection on the flat of the solutions that y is the mean of (HullPoint),
// which is 0 where y is one solution. Solver calls: as many as the search needs, all in the forward pass.
// Where a score lies outside the solver's domain it counts as the bound and has no gradient.
// Throws ValueError unless λ is positive and finite and for a solver that weighs more than ⟨θ, y⟩, SolverError where
// the search reaches its limit.
struct Regularized {
  real strength = 1;  // λ
  HullLimits limits = {};

  void describe(SettingVisitor& see);

  // Throws ValueError for a solver that weighs more than ⟨θ, y⟩.
  void check_solver(const Solver& solver) const;

  Var operator()(Var scores, const BatchOracle& oracle) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
