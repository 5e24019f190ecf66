#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/workspace_pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Ranks of n numbers: of all permutations of 1 … n (the vertices of the permutahedron) the one that makes ⟨θ, ranks⟩
// largest, or smallest. Exact.
//   maximise  argmax: the largest score gets rank n, the smallest rank 1
//   minimise  argmin: the largest score, then called a cost, gets rank 1, as in a list of results
// `values` replaces the ranks 1 … n by n other numbers in ascending order, of which some may be equal. Of equal scores
// the one with the lower index gets the smaller value. Made as Ranking{.n = 5} or Ranking{.n = 3, .values = {0, 0, 1}}.
struct Ranking {
  std::int64_t n = 1;
  Sense sense = Sense::maximise;
  std::vector<real> values = {};

  struct Workspace;
  WorkspacePool<Workspace> workspaces = {};  // for solve() with many scores, and tied()

  // Throws ValueError unless n ≥ 1 and there are n or no values, finite and ascending.
  SolverTraits traits() const;
  void solve(std::span<const real> scores, std::span<real> ranks) const;
  // Whether two equal scores got different values.
  std::optional<bool> tied(std::span<const real> scores, std::span<const real> ranks) const;
  // Σ y fixed, and of any m numbers the sum at most that of the m largest: no more than the permutahedron. They bind
  // for those with the m largest ranks. Throws SolverError where some of `values` are equal: too many then bind.
  void normals(std::span<const real> ranks, Normals& to) const;
  // Two different ranks exchanged.
  std::int64_t neighbour_count(std::span<const real> ranks) const;
  void neighbour(std::span<const real> ranks, std::int64_t which, std::span<real> other) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
