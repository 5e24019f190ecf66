#pragma once
#include <cotape/engine/base/random.h>
#include <cotape/solvers/core/rule.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct CaveOptions {
  real inner_ratio = 0;  // α: how far the target is moved inside the cone; 0: CaVE as it is, 0.2: CaVE+
  real solve_ratio = 1;  // share of the batches whose targets are projections; below 1: CaVE Hybrid
};

// CaVE, cone-aligned vector estimation (Tang & Khalil 2024), of predicted costs and the right solutions y*: the
// angle between scores θ (costs with the other sign, where the solver minimises) and the cone of all scores for which
// y* is right, by the constraints that bind there (Normals),
//   1 − cos(θ, p),   ∂/∂θ = (cos(θ, p)·θ̂ − p̂) / ‖θ‖,   θ̂ = θ/‖θ‖, p̂ = p/‖p‖,
// p being the projection of θ on the cone, by non-negative least squares. It is 0 where θ lies in the cone, up to 10⁻⁶
// of its length, and 1, without a gradient, where all of the cone lies behind θ or θ = 0.
//   inner_ratio α > 0   the target is (1 − α)·p̂ + α·m in place of p, m being the mean of the normals made of length 1,
//                       an equation two of opposite sign; it does not count as a function of θ
//   solve_ratio < 1     of each batch a draw decides whether targets are made from projections; else they are
//                       (1 − α)·θ̂ + α·m, which costs next to nothing. A ratio of 1 draws nothing
// No solver call and no true costs. Summed over all axes but the first and averaged over the first; for a single
// instance, its loss. Scores of any size. Padding adds nothing and gets no gradient. Throws ValueError for a solver
// without the ability 'normals' or that weighs more than ⟨θ, y⟩, ratios outside 0 … 1 and scores that are not finite,
// ShapeError when shapes do not fit, SolverError for `decisions` that the solver says it cannot have found.
Var cave(const BatchOracle& oracle, Var predicted, Var decisions, const CaveOptions& options, Rng& rng);
// CaVE as it is, without draws.
Var cave(const BatchOracle& oracle, Var predicted, Var decisions);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
