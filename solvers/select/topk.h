#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/workspace_pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// How many scores are to be chosen, and among which, where the instances of a batch differ.
struct TopKInstance {
  std::int64_t k = 1;
  std::vector<std::uint8_t> allowed = {};  // [n]: 0 for a score that may not be chosen; empty: all may
};

// The k largest of n scores: the solution is 1 at their places and 0 elsewhere. Exact, maximising, any finite score;
// of equal scores the one with the lower index wins. k = 1 is argmax. Made as TopK{.n = 20, .k = 10}.
//
// An instance may have a k of its own, and scores that may not be chosen (TopKInstance, instance data): those are
// padding (Ability::mask).
struct TopK {
  using Instance = TopKInstance;

  std::int64_t n = 1;
  std::int64_t k = 1;

  struct Workspace;
  WorkspacePool<Workspace> workspaces = {};  // for marginals(), draw() and covariance()

  // Throws ValueError unless 1 ≤ k ≤ n.
  SolverTraits traits() const;
  void solve(std::span<const real> scores, std::span<real> solution) const;
  // Throws SolverError when there is not one mark for each score, or k is outside 0 … the number of those that may be
  // chosen.
  void solve(std::span<const real> scores, const Instance& instance, std::span<real> solution) const;
  // Whether a chosen score equals one that was not chosen and could have been.
  std::optional<bool> tied(std::span<const real> scores, std::span<const real> solution) const;
  std::optional<bool> tied(std::span<const real> scores, const Instance& instance,
                           std::span<const real> solution) const;

  // Of all subsets of k with weights e^⟨scores, y⟩: the mean, which for k = 1 is softmax; a draw; the covariance times
  // a vector (abilities.h). Exact, in double, in time n · k (Subsets). Throw SolverError as solve() does.
  void marginals(std::span<const real> scores, std::span<real> mean) const;
  void marginals(std::span<const real> scores, const Instance& instance, std::span<real> mean) const;
  void draw(std::span<const real> scores, std::span<const real> uniform, std::span<real> solution) const;
  void draw(std::span<const real> scores, const Instance& instance, std::span<const real> uniform,
            std::span<real> solution) const;
  void covariance(std::span<const real> scores, std::span<const real> direction, std::span<real> product) const;
  void covariance(std::span<const real> scores, const Instance& instance, std::span<const real> direction,
                  std::span<real> product) const;

  // Σ y = k and 0 ≤ y ≤ 1: no more than the subsets and their means.
  void normals(std::span<const real> solution, Normals& to) const { normals(solution, {k, {}}, to); }
  void normals(std::span<const real> solution, const Instance& instance, Normals& to) const;

  // Another score in place of a chosen one.
  std::int64_t neighbour_count(std::span<const real> solution) const { return neighbour_count(solution, {k, {}}); }
  std::int64_t neighbour_count(std::span<const real> solution, const Instance& instance) const;
  void neighbour(std::span<const real> solution, std::int64_t which, std::span<real> other) const {
    neighbour(solution, {k, {}}, which, other);
  }
  void neighbour(std::span<const real> solution, const Instance& instance, std::int64_t which,
                 std::span<real> other) const;

  // 1 for scores that may be chosen.
  void mask(const Instance& instance, std::span<real> mask) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
