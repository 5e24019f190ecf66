#pragma once
#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/loss.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What losses share.

// What the sum of all terms is divided by. `terms` is the shape that holds one term per element.
inline real divisor(Reduction reduction, const Shape& terms) {
  switch (reduction) {
    case Reduction::sum:
      return 1;
    case Reduction::mean:
      return static_cast<real>(terms.size());
    case Reduction::batch_mean:
      return static_cast<real>(terms.rank() > 0 ? terms[0] : 1);
  }
  return 1;
}

inline void require_terms(const Shape& shape) {
  if (shape.size() == 0) fail<ShapeError>("shape ", shape, " has no elements");
}

// max(0, x) that NaN comes through.
inline real positive_part(real x) { return x > 0 ? x : (x <= 0 ? real(0) : x); }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
