#pragma once
#include <limits>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/shape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Ops that give indices give them as real numbers. Throws ShapeError where those of an axis would not be exact.
inline void require_countable(const Shape& shape, int axis) {
  constexpr std::int64_t limit = std::int64_t{1} << std::numeric_limits<real>::digits;
  if (shape[axis] > limit)
    fail<ShapeError>("axis ", axis, " of shape ", shape, " has more than ", limit,
                     " elements: a real number cannot hold their indices");
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
