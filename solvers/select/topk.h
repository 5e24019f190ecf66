#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include <cotape/solvers/core/solver.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The k largest of n scores: the solution is 1 at their places and 0 elsewhere. Exact, maximising, any finite score;
// of equal scores the one with the lower index wins. k = 1 is argmax. Made as TopK{.n = 20, .k = 10}.
struct TopK {
  std::int64_t n = 1;
  std::int64_t k = 1;

  // Throws ValueError unless 1 ≤ k ≤ n.
  SolverTraits traits() const;
  void solve(std::span<const real> scores, std::span<real> solution) const;
  // Whether a chosen score equals one that was not chosen.
  std::optional<bool> tied(std::span<const real> scores, std::span<const real> solution) const;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
