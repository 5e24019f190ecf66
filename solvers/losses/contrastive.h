#pragma once
#include <cotape/solvers/core/rule.h>
#include <cotape/solvers/losses/solution_pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Contrastive losses (Mulamba et al. 2021, "Contrastive losses and solution caching for predict-and-optimize"), of
// predicted costs ĉ and the right solutions w*: the right one is to be better, by ĉ, than the solutions s of a pool
// (solution_pool.h). With values to be made as large as possible the signs are the other ones. Summed over all axes but
// the first and averaged over the first. No solver call; the pool's growth is the caller's. `decisions` get no
// gradient, padding counts for nothing. Both are linear in ĉ wherever they are smooth and can be made as small as one
// likes by larger costs. Their variants with true costs c, which are 0 at ĉ = c, are the same functions of ĉ − c:
// nce(oracle, pool, predicted − costs, …). predicted, decisions: [batch, …solver's shape]; `examples` name each row's
// set where the pool has one for each. Throw ShapeError when shapes differ or do not fit, ValueError for costs that are
// not finite, a set without solutions and what SolutionPool::check refuses.

// NCE: mean_s ⟨ĉ, w* − s⟩, ∂/∂ĉ = w* − mean_s s.
Var nce(const BatchOracle& oracle, const SolutionPool& pool, Var predicted, Var decisions,
        std::span<const std::int64_t> examples = {});

// MAP: max_s ⟨ĉ, w* − s⟩, ∂/∂ĉ = w* − s for the first s that is best by ĉ. It is fenchel_young with ε = 0
// whose solver knows the pool's solutions alone.
Var cmap(const BatchOracle& oracle, const SolutionPool& pool, Var predicted, Var decisions,
         std::span<const std::int64_t> examples = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
