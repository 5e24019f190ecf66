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
