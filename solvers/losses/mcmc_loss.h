#pragma once
#include <cotape/solvers/core/chain.h>
#include <cotape/solvers/core/rule.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct McmcLossOptions {
  enum class Start { wanted, best };  // where chains begin: at the wanted solution, or at the solver's, one call more

  ChainOptions chain = {};
  Start start = Start::wanted;
};

// The Fenchel–Young loss of the distribution p(y) ∝ e^⟨θ, y⟩/t over all solutions, estimated by a Markov chain over a
// local search's moves (G. Vivier-Ardisson, M. Blondel & A. Parmentier 2025, "Learning with local search MCMC layers"),
// of wanted solutions y*:
//   ∂/∂θ = ȳ − y*,   ȳ the mean of the solutions that the chain visits.
// The loss's own value, t·log Σ e^⟨θ, y⟩/t − ⟨θ, y*⟩, is one that no chain knows; what is given instead is ⟨θ, ȳ − y*⟩,
// which has this gradient, as ȳ does not change with θ until a move is refused or made that was not. It may be
// negative. Summed over all axes but the first and averaged over the first; for a single instance, its loss. A
// minimising solver is given costs, x = −θ, and gets the gradient y* − ȳ. For solvers with Ability::neighbours, which
// need not be exact: from the wanted solution on, none is called. `target` gets no gradient. Padding adds nothing and
// gets no gradient. Throws ValueError as ChainOptions says, for a solver without the ability or that weighs
// more than ⟨θ, y⟩, and for scores that are not finite, ShapeError when shapes do not fit.
Var mcmc_loss(const BatchOracle& oracle, Var x, Var target, const McmcLossOptions& options, Rng& rng);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
