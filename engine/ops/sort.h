#pragma once
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Numbers in order along an axis, and for each the index that it had in x, as a real number without a gradient. A
// value's gradient goes to the element of x that it is.
struct Sorted {
  Var values = {};
  Var indices = {};
};

// Equal numbers keep their order. NaN counts as larger than ∞: it comes last, or first in descending order. Throws
// ShapeError when there is no such axis, or when it has more elements than a real number can count (2²⁴ in float).
Sorted sort(Var x, int axis = -1, bool descending = false);
// Only the indices.
Var argsort(Var x, int axis = -1, bool descending = false);
// The first k of sort(x, axis, largest): the k largest numbers, the largest first, or the k smallest, the smallest
// first. Throws ValueError unless 0 ≤ k ≤ the size of the axis, and what sort throws.
Sorted topk(Var x, std::int64_t k, int axis = -1, bool largest = true);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
