#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include <cotape/engine/base/tensor.h>
#include <cotape/solvers/core/solver.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Any finite set of solutions, given as a list: solutions [m, ...shape of one instance]. Every call compares all of
// them, so it is for small problems, for teaching, and for checking other solvers. Of equally good solutions the first
// one is taken.
struct Enumerated {
  Tensor solutions = {};
  Sense sense = Sense::maximise;

  // constant_sum is true when the sums of all solutions are equal. Throws ValueError for an empty list and for numbers
  // that are not finite.
  SolverTraits traits() const;
  void solve(std::span<const real> cost, std::span<real> solution) const;
  // Of all solutions with weights e^⟨cost, y⟩, or e^−⟨cost, y⟩ when minimising: the mean, a draw, the covariance times
  // a vector (abilities.h).
  void marginals(std::span<const real> cost, std::span<real> mean) const;
  void draw(std::span<const real> cost, std::span<const real> uniform, std::span<real> solution) const;
  void covariance(std::span<const real> cost, std::span<const real> direction, std::span<real> product) const;
  // Every other row of the list; of equal rows the first is meant.
  std::int64_t neighbour_count(std::span<const real> solution) const;
  void neighbour(std::span<const real> solution, std::int64_t which, std::span<real> other) const;
  // Whether a solution other than the one given is exactly as good.
  std::optional<bool> tied(std::span<const real> cost, std::span<const real> solution) const;
};

// All 0/1 vectors of length n with k ones, [n over k, n], in descending lexicographic order: Enumerated then breaks
// ties as TopK does. k = 1 gives the unit vectors. Throws ValueError unless 0 ≤ k ≤ n, n ≥ 1.
Tensor all_subsets(std::int64_t n, std::int64_t k);
// All permutations of 1 … n, [n!, n], in ascending lexicographic order. Throws ValueError unless 1 ≤ n ≤ 9.
Tensor all_permutations(std::int64_t n);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
