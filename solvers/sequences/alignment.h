#pragma once
#include <cstdint>
#include <span>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/workspace_pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// How long the two sequences of an alignment are, where those of one batch differ.
struct AlignmentLengths {
  std::int64_t first = 0;
  std::int64_t second = 0;
};

// Dynamic time warping (H. Sakoe, S. Chiba, 1978): the cheapest way to go through two sequences at once, from the first
// elements of both to the last ones, where each step goes on in one of them or in both. Costs and solution are [first,
// second]: the cost of being at two elements at once; the solution is 1 at the pairs on the way. Exact, minimising, any
// finite cost; sums are taken in double from the end to the start. Of equally cheap ways it takes, from the start on,
// the step in both where it can, then the one in the first sequence. Time first · second.
//
// An instance may have shorter sequences (AlignmentLengths, instance data), at least of one element: the rest is
// padding (Ability::mask). Made as TimeWarping{.first = 40, .second = 60}.
struct TimeWarping {
  using Instance = AlignmentLengths;

  std::int64_t first = 1;
  std::int64_t second = 1;

  struct Workspace;
  WorkspacePool<Workspace> workspaces = {};  // for solve()

  // Throws ValueError unless first, second ≥ 1 and first · second ≤ 2²⁸.
  SolverTraits traits() const;
  // Throw SolverError for lengths outside 1 … first and 1 … second.
  void solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const;
  void solve(std::span<const real> cost, std::span<real> solution) const { solve(cost, {first, second}, solution); }

  // 1 for the pairs of the instance.
  void mask(const Instance& instance, std::span<real> mask) const;
};

// Edit alignment (S. Needleman, C. Wunsch, 1970): the cheapest way to make the second sequence out of the first by
// replacing elements, deleting and inserting them. Costs and solution are [first + 1, second + 1]:
//   [i, j]         replacing element i of the first sequence by element j of the second (a negative cost: they match)
//   [i, second]    deleting element i
//   [first, j]     inserting element j
// The solution is 1 at what is done; the last corner means nothing and is 0. Exact, minimising, any finite cost; sums
// are taken in double from the end to the start. Of equally cheap alignments it takes, from the start on, a replacement
// where it can, then a deletion. Time first · second.
//
// An instance may have shorter sequences (AlignmentLengths, instance data), also empty ones: the rest is padding
// (Ability::mask). Made as EditAlignment{.first = 40, .second = 60}.
struct EditAlignment {
  using Instance = AlignmentLengths;

  std::int64_t first = 1;
  std::int64_t second = 1;

  struct Workspace;
  WorkspacePool<Workspace> workspaces = {};  // for solve()

  // Throws ValueError unless first, second ≥ 1 and first · second ≤ 2²⁸.
  SolverTraits traits() const;
  // Throw SolverError for lengths outside 0 … first and 0 … second.
  void solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const;
  void solve(std::span<const real> cost, std::span<real> solution) const { solve(cost, {first, second}, solution); }

  // 1 for what can be done in the instance.
  void mask(const Instance& instance, std::span<real> mask) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
