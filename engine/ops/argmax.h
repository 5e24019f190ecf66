#pragma once
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Where the largest (smallest) element along an axis is: its index, as a real number, without a gradient. The first of
// equal ones; the first NaN where there is one. keepdims leaves the axis in the shape with size 1. Throws ShapeError
// when there is no such axis, or when it has no elements or more than a real number can count (2²⁴ in float).
Var argmax(Var x, int axis = -1, bool keepdims = false);
Var argmin(Var x, int axis = -1, bool keepdims = false);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
