#pragma once
#include <cotape/engine/tape/tape.h>
#include <cotape/solvers/core/oracle.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Projections of scores before a solver: ordinary differentiable ops. An instance is the last `axes` axes of x, all
// others count instances. Numbers may have any size: neither sums nor squares overflow or vanish. Each throws
// ShapeError when x has fewer axes or an instance no elements.

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

// The same for padded instances: `mask`, of x's size, is 1 for real entries. The others count for nothing, become 0 and
// get no gradient.
Var center(Var x, const Tensor& mask, int axes);
Var unit_norm(Var x, const Tensor& mask, int axes);

enum class Projection { none, center, unit_norm, standardize };

// Applies a projection to scores of instances that this solver solves. Throws ValueError when its answers are not
// invariant to it.
Var project(Var scores, Projection projection, const SolverTraits& solver);
// The same for a batch with instance data: of padded instances only the real entries are projected, the others become
// 0.
Var project(Var scores, Projection projection, const BatchOracle& oracle);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
