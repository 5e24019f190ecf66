#pragma once
#include <cotape/solvers/core/rule.h>
#include <cotape/solvers/perturb/perturb.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct FenchelYoungOptions {
  real epsilon = 1;  // scale of the noise; 0: the structured perceptron, one call, no draws
  std::int64_t samples = 1;
  Noise noise = Normal{};
  Perturbation perturbation = Perturbation::additive;
};

// The Fenchel–Young loss of a perturbed solver (Berthet et al. 2020, definition 4.1), of wanted solutions y:
//   F_ε(θ) − ⟨θ, y⟩ with F_ε(θ) = mean_m max_y' ⟨θ + εZ_m, y'⟩,   ∂/∂θ = mean_m y(θ + εZ_m) − y,
// summed over all axes but the first and averaged over the first; for a single instance, its loss. εΩ(y), which is
// constant in θ, is left out, so the loss may be negative. The gradient is exactly that of the value, for the noise
// that was drawn. A minimising solver is given costs, x = ω = −θ, and gets the gradient y − mean_m y(…).
// No solver call in the backward pass; `target` gets no gradient.
// Where θ + εZ_m leaves the solver's domain, the solver is given the nearest bound, and so is the loss: both terms are
// those of the scores that were solved, and an entry at the bound has no gradient. Value and gradient always agree.
// Multiplicative noise, θ ⊙ f_m with f_m = e^(εZ_m − ε²/2), leaves no domain whose bounds are 0 or infinite, and needs
// such a one: ∂/∂θ = mean_m y(θ ⊙ f_m) ⊙ f_m − y (Dalle et al. 2022). A score outside it counts as 0. Instance data:
// pass a BatchOracle of an oracle and the data. Padding adds nothing and gets no gradient. Throws ValueError for ε that
// is negative or not finite, samples < 1 and multiplicative noise in another domain, ShapeError when shapes do not fit.
Var fenchel_young(const BatchOracle& oracle, Var x, Var target, const FenchelYoungOptions& options, Rng& rng);
// The same without diagnostics.
Var fenchel_young(const Solver& solver, Var x, Var target, const FenchelYoungOptions& options, Rng& rng);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
