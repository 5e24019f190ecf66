#pragma once
#include <cotape/solvers/relax/relaxations.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Soft selections and ranks in closed form, without noise (Ł. Struski et al. 2025, "LapSum: one method to differentiate
// them all: ranking, sorting and top-k selection"): ordinary differentiable ops on scores [..., n], made of sums of
// Laplace distribution functions F(x) = ½e^x below 0, 1 − ½e^(−x) above. Time n log n for each row, forward and
// backward; sums are taken in double. Scores of any size: only their differences count. Both throw ValueError unless
// the temperature is positive and finite and for a score that is not, and ShapeError when the scores are a scalar.

// How much each score is among the k largest: p_i = F((θ_i − b)/τ), numbers of (0, 1), with the b for which their sum
// is k. For τ → 0 it tends to TopK. With f_i = F'((θ_i − b)/τ), dθ_i = f_i/τ·(dy_i − Σ f·dy/Σ f). Where all f vanish,
// and for k = n, the gradient is 0. Throws ValueError unless 1 ≤ k ≤ n. hard: as with the other relaxations.
Var lapsum_topk(Var scores, std::int64_t k, real temperature, Relaxed form = Relaxed::soft);

// The rank of each score, ½ + Σ_j F((θ_i − θ_j)/τ): for τ → 0 it tends to Ranking, 1 for the smallest and n for the
// largest; equal scores have the mean of their ranks. The ranks' sum is n(n + 1)/2.
Var lapsum_ranks(Var scores, real temperature);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
