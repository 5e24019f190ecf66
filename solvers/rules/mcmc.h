#pragma once
#include <array>

#include <cotape/solvers/core/chain.h>
#include <cotape/solvers/core/rule.h>
#include <cotape/solvers/rules/settings.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The mean of the solutions that a Markov chain visits, and its own derivative (G. Vivier-Ardisson, M. Blondel & A.
// Parmentier 2025, "Learning with local search MCMC layers"): for p(y) ∝ e^⟨θ, y⟩/t over all solutions,
//   ȳ = mean over the chain of y,   ∂ℓ/∂θ = Cov(y)·dy / t over the same chain,
// both biased by the chain's length. For solvers that know the moves of a local search (Ability::neighbours), whose own
// answer is where the chain begins: one solver call forward, none backward, where the same chain is walked again. The
// scores that the chain weighs with are those given, also outside the solver's domain.
// Throws ValueError as ChainOptions says, and for a solver without the ability.
struct Mcmc {
  static constexpr std::array needs{Ability::neighbours};
  ChainOptions chain = {};

  void describe(SettingVisitor& see);
  SolverCalls solver_calls() const { return {1, 0}; }

  // Throws ValueError for a solver that weighs more than ⟨θ, y⟩.
  void check_solver(const Solver& solver) const;

  Var operator()(Var scores, const BatchOracle& oracle, Rng& rng) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
