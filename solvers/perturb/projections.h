#pragma once
#include <cotape/engine/tape/tape.h>
#include <cotape/solvers/core/solver.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Projections of scores before a solver: ordinary differentiable ops. An instance is the last `axes` axes of x, all
// others count instances. Each throws ShapeError when x has fewer axes or an instance no elements.

// θ − mean θ. Answers stay where all solutions have the same sum: subsets, rankings, tours; not paths.
Var center(Var x, int axes = 1);
// θ/‖θ‖, Jacobian I/‖θ‖ − θθᵀ/‖θ‖³ (Sahoo et al. 2023, eq. 14). An instance that is zero stays zero and gets no
// gradient.
Var unit_norm(Var x, int axes = 1);
// unit_norm of center: P_std of Sahoo et al. 2023.
Var standardize(Var x, int axes = 1);
// θ − ⟨a, θ⟩a for a unit vector a of one instance's size: P_plane. Throws ValueError when ‖a‖ is not 1,
// ShapeError when a has another size.
Var orthogonal_to(Var x, const Tensor& a, int axes = 1);

enum class Projection { none, center, unit_norm, standardize };

// Applies a projection to scores of instances that this solver solves. Throws ValueError when its solutions are not
// invariant to it.
Var project(Var scores, Projection projection, const SolverTraits& solver);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
