#pragma once
#include <cstdint>
#include <span>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/workspace_pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// How many steps of a sequence are real, where sequences of one batch differ.
struct SequenceLength {
  std::int64_t steps = 0;
};

// The best labels of a sequence's steps, where each label has a score at each step and so has each step from one label
// to the next (A. Viterbi, 1967): the most likely states of a hidden Markov model, or the labels of a linear-chain
// conditional random field.
//
// Scores and solution are [steps + labels, labels]. Row t < steps: the score of each label at step t; the solution is 1
// at its label. Row steps + a: the score of going from label a to each other; the solution is how often that happens.
// So ⟨score, y⟩ is the score of the labelling. Exact, maximising, any finite score; sums are taken in double from the
// last step to the first. Of equally good labellings it takes the one whose first label is lowest, then the second one,
// and so on. Time steps · labels².
//
// An instance may have fewer steps (SequenceLength, instance data): the rows of the others are padding (Ability::mask).
// Made as Viterbi{.steps = 50, .labels = 5}.
struct Viterbi {
  using Instance = SequenceLength;

  std::int64_t steps = 1;
  std::int64_t labels = 1;

  struct Workspace;
  WorkspacePool<Workspace> workspaces = {};  // for solve() and marginals()

  // Throws ValueError unless steps, labels ≥ 1 and steps · labels, labels² ≤ 2²⁸.
  SolverTraits traits() const;
  // Throw SolverError for a length outside 0 … steps.
  void solve(std::span<const real> score, const Instance& instance, std::span<real> solution) const;
  void solve(std::span<const real> score, std::span<real> solution) const { solve(score, {steps}, solution); }

  // How likely each label and each step between labels is under the weights e^⟨score, y⟩ (L. Rabiner, "A tutorial on
  // hidden Markov models", 1989, forward–backward): the mean solution. For scores whose sums are finite in double.
  void marginals(std::span<const real> score, const Instance& instance, std::span<real> mean) const;
  void marginals(std::span<const real> score, std::span<real> mean) const { marginals(score, {steps}, mean); }

  // 1 for the rows of the instance's steps and of the transitions.
  void mask(const Instance& instance, std::span<real> mask) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
