#pragma once
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Running results along an axis, of x's shape: element i is that of the elements 0 … i. Throw ShapeError when there is
// no such axis.

// The sum, added in double.
Var cumsum(Var x, int axis = -1);
// log Σ eˣ, without overflow; elements before the first that is not −∞ are −∞, and get no gradient. From a +∞ on it is
// ∞, with gradient NaN for that element.
Var logcumsumexp(Var x, int axis = -1);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
