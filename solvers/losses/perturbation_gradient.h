#pragma once
#include <cotape/solvers/core/rule.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct PerturbationGradientOptions {
  // Which two points along the true costs c are compared: ĉ − h·c with ĉ, ĉ with ĉ + h·c, or both ends.
  enum class Points { backward, forward, central };

  real h = real(0.1);  // > 0; so far along c
  Points points = Points::backward;
};

// The PG loss (Huang & Gupta 2024, "Decision-focused learning with directional gradients"), of predicted costs ĉ
// and true costs c: a difference of the best value z* along c, which estimates what the decision truly costs,
// ⟨c, w*(ĉ)⟩,
//   backward [z*(ĉ) − z*(ĉ − h·c)] / h,   forward [z*(ĉ + h·c) − z*(ĉ)] / h,   central [z*(ĉ + h·c) − z*(ĉ − h·c)] / 2h
// and whose gradient is the same difference of the best solutions w* (Danskin's theorem). With values to be made as
// large as possible it is the negative of that: −⟨c, w*(ĉ)⟩. The backward one is never less than ⟨c, w*(ĉ)⟩ (for
// values: −⟨c, w*(ĉ)⟩), the forward one never more. Summed over all axes but the first and averaged over the first; for
// a single instance, its loss. Two solver calls, none in the backward pass; `costs` get no gradient.
// Where a point leaves the solver's domain, the solver is given the nearest bound, and so is the loss: an entry at the
// bound has no gradient. Value and gradient always agree. Padding adds nothing and gets no gradient.
// predicted, costs: [batch, …solver's shape]. Throws ShapeError when they differ or do not fit the solver, ValueError
// for h that is not a positive number and costs that are not finite.
Var perturbation_gradient(const BatchOracle& oracle, Var predicted, Var costs,
                          const PerturbationGradientOptions& options = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
