#pragma once
#include <cotape/solvers/core/rule.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The loss SPO+ (Elmachtoub & Grigas 2022, "Smart predict, then optimize", definition 3), of predicted costs ĉ, true
// costs c and the right solutions w*(c):
//   −z*(2ĉ − c) + 2⟨ĉ, w*(c)⟩ − z*(c),   ∂/∂ĉ = 2[w*(c) − w*(2ĉ − c)],
// z* being the value of the best solution w*: a convex upper bound of the regret. With values to be made as large as
// possible all signs are the other ones. Summed over all axes but the first and averaged over the first; for a single
// instance, its loss. It is the structured perceptron at 2ĉ − c: fenchel_young with ε = 0, whose domain, instance data
// and padding it shares. One solver call, none in the backward pass; `decisions` get no gradient.
// predicted, costs, decisions: [batch, …solver's shape]. Throws ShapeError when they differ or do not fit the solver,
// ValueError for 2ĉ − c that is not finite.
Var spo_plus(const BatchOracle& oracle, Var predicted, Var costs, Var decisions);
// The same where the right decisions are not known: they are solved for, a second call.
Var spo_plus(const BatchOracle& oracle, Var predicted, Var costs);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
