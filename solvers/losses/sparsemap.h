#pragma once
#include <cotape/solvers/core/hull_point.h>
#include <cotape/solvers/core/rule.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct SparseMapOptions {
  real strength = 1;  // λ
  HullLimits limits = {};
};

// The SparseMAP loss: the Fenchel–Young loss of a quadratically regularised solver, of wanted solutions y* (V. Niculae
// et al. 2018; M. Blondel et al. 2020, "Learning with Fenchel–Young losses"),
//   max_y [⟨θ, y⟩ − λ/2·‖y‖²] − ⟨θ, y*⟩ + λ/2·‖y*‖² over the hull of all solutions,   ∂/∂θ = y(θ) − y*,
// summed over all axes but the first and averaged over the first; for a single instance, its loss. It is convex, never
// negative, draws no noise, and is 0 from some margin on: where y(θ) = y*, as Regularized has it. A minimising solver
// is given costs, x = −θ, and gets the gradient y* − y(θ). No solver call in the backward pass; `target` gets no
// gradient. Scores outside the solver's domain count as its bound, in both terms, and have no gradient. Instance data:
// pass a BatchOracle of an oracle and the data. Padding adds nothing and gets no gradient. Throws ValueError unless λ
// is positive and finite and for a solver that weighs more than ⟨θ, y⟩, ShapeError when shapes do not fit, SolverError
// as HullPoint does.
Var sparsemap_loss(const BatchOracle& oracle, Var x, Var target, const SparseMapOptions& options = {});
// The same without diagnostics.
Var sparsemap_loss(const Solver& solver, Var x, Var target, const SparseMapOptions& options = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
