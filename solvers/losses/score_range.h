#pragma once
#include <algorithm>

#include <cotape/solvers/core/solver.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The scores that a solver's domain of costs leaves as they are.
struct ScoreRange {
  explicit ScoreRange(const SolverTraits& solver)
      : lower(solver.sense == Sense::minimise ? -solver.domain.upper : solver.domain.lower),
        upper(solver.sense == Sense::minimise ? -solver.domain.lower : solver.domain.upper) {}
  real nearest(real score) const { return std::min(std::max(score, lower), upper); }
  bool holds(real score) const { return nearest(score) == score; }

  real lower, upper;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
