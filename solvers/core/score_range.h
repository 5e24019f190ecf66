#pragma once
#include <algorithm>
#include <cmath>

#include <cotape/solvers/core/solver.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The scores that a solver's domain of costs leaves as they are.
struct ScoreRange {
  explicit ScoreRange(const SolverTraits& solver)
      : lower(solver.sense == Sense::minimise ? -solver.domain.upper : solver.domain.lower),
        upper(solver.sense == Sense::minimise ? -solver.domain.lower : solver.domain.upper) {}
  real nearest(real score) const { return std::min(std::max(score, lower), upper); }
  bool holds(real score) const { return static_cast<int>(score >= lower) & static_cast<int>(score <= upper); }
  // Whether a score within it stays there whatever positive factor it is multiplied by.
  bool is_cone() const { return (lower == 0 || std::isinf(lower)) && (upper == 0 || std::isinf(upper)); }

  real lower, upper;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
