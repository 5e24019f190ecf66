#pragma once
#include <cotape/solvers/core/rule.h>
#include <cotape/solvers/losses/solution_pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Decisions as learning to rank (Mandi et al. 2022, "Decision-focused learning: through the lens of learning to rank"):
// the solutions s of a pool (solution_pool.h) are to be ranked by predicted costs ĉ as they are by the true ones c.
// Below v(s) stands for ⟨c, s⟩ and v̂(s) for ⟨ĉ, s⟩, both with the sign that makes larger better: −⟨c, s⟩ for costs.
// Summed over all axes but the first and averaged over the first. No solver call; the pool's growth is the caller's.
// `costs` get no gradient, padding counts for nothing.
// predicted, costs: [batch, …solver's shape]; `examples` name each row's set where the pool has one for each.
// Throw ShapeError when shapes differ or do not fit, ValueError for costs that are not finite, a set without solutions
// and what SolutionPool::check refuses.

// mean_s (v̂(s) − v(s))².
Var pointwise_ltr(const BatchOracle& oracle, const SolutionPool& pool, Var predicted, Var costs,
                  std::span<const std::int64_t> examples = {});

// mean_s max(0, margin + v̂(s) − v̂(b)) over the solutions that are truly worse than b, the first that is truly best;
// 0 where there are none. Throws ValueError for a margin that is negative or not finite.
Var pairwise_ltr(const BatchOracle& oracle, const SolutionPool& pool, Var predicted, Var costs, double margin = 0,
                 std::span<const std::int64_t> examples = {});

// mean_s ([v̂(b) − v̂(s)] − [v(b) − v(s)])² over the same pairs: not only their order, also how far they lie apart.
Var pairwise_difference_ltr(const BatchOracle& oracle, const SolutionPool& pool, Var predicted, Var costs,
                            std::span<const std::int64_t> examples = {});

// −Σ_s p(s) ln p̂(s) with p = softmax(v / τ), p̂ = softmax(v̂ / τ): cross-entropy. (Mandi et al. divide it by the number
// of solutions.) With τ < 0 the worst solutions count most, as in PyEPO's program, which has softmax(+⟨c, s⟩) for
// costs. Throws ValueError for a temperature τ that is zero or not finite.
Var listwise_ltr(const BatchOracle& oracle, const SolutionPool& pool, Var predicted, Var costs, double temperature = 1,
                 std::span<const std::int64_t> examples = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
