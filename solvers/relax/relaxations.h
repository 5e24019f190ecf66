#pragma once
#include <cstdint>

#include <cotape/engine/base/random.h>
#include <cotape/engine/tape/tape.h>
#include <cotape/solvers/core/instances.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Continuous relaxations of sampling, which gradient rules are compared with: ordinary differentiable ops on scores
// [..., n], with new Gumbel noise at every call and a result of the same shape. For several samples repeat the scores
// first (broadcast_to). Each throws ValueError unless the temperature is positive and finite, and ShapeError when the
// scores are a scalar.

// soft: positive numbers that approximate a 0/1 vector, with their own gradient. hard: 1 at the k largest of them and 0
// elsewhere; the gradient passes to the soft numbers unchanged (straight through).
enum class Relaxed { soft, hard };

// softmax((θ + g)/τ): a relaxed one-hot vector (Jang et al. 2017; Maddison et al. 2017).
Var gumbel_softmax(Var scores, real temperature, Rng& rng, Relaxed form = Relaxed::soft);

// A relaxed k-hot vector: the sum of k softmaxes of θ + g at temperature τ, where what one has taken is held back from
// the next by θ ← θ + log(1 − p) (Xie and Ermon 2019, "Reparameterizable subset sampling via continuous relaxations").
// Its entries sum to k. Throws ValueError unless 1 ≤ k ≤ n.
Var softsub(Var scores, std::int64_t k, real temperature, Rng& rng, Relaxed form = Relaxed::soft);

// The elementwise maximum of k independent gumbel_softmax draws (Chen et al. 2018, "Learning to explain", L2X). Its
// entries sum to at most k. Throws ValueError unless 1 ≤ k ≤ n.
Var concrete_subset(Var scores, std::int64_t k, real temperature, Rng& rng, Relaxed form = Relaxed::soft);

// The same two where instances differ: `subsets` holds a TopKInstance for each row of scores, with a k of its own and
// marks of what may be chosen. What may not be chosen is 0 and gets no gradient, whatever its score. Where all that may
// be chosen has to be, the result is exactly 1 there, without a gradient. Throws ValueError for instances of another
// type or number and a k outside 0 … the number of scores that may be chosen.
Var softsub(Var scores, const Instances& subsets, real temperature, Rng& rng, Relaxed form = Relaxed::soft);
Var concrete_subset(Var scores, const Instances& subsets, real temperature, Rng& rng, Relaxed form = Relaxed::soft);

// The temperature at a training step, counted from 0: max(end, start·e^(−rate·step)). The defaults are those of Jang
// et al. 2017. Throws ValueError when called with step < 0.
struct Annealing {
  double start = 1;
  double end = 0.5;
  double rate = 3e-5;
  double operator()(std::int64_t step) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
