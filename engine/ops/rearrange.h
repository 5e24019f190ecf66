#pragma once
#include <vector>

#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Elements of a tensor in another order, repeated, or with others around them.

// The order of the elements reversed along each of the axes. Throws ShapeError for an axis that does not exist or is
// given twice.
Var flip(Var x, const std::vector<int>& axes);
// Elements moved `shift` places towards higher indices of an axis; those that leave it come back at its beginning.
// Throws ShapeError when there is no such axis.
Var roll(Var x, std::int64_t shift, int axis);

// x as often as `times` says along each axis, one copy behind the other: [1, 2] twice is [1, 2, 1, 2] (NumPy's tile).
// Throws ShapeError unless there is one number for each axis, ValueError for a negative one.
Var tile(Var x, const std::vector<std::int64_t>& times);
// Each element of an axis so many times: [1, 2] twice is [1, 1, 2, 2]. Throws ShapeError when there is no such axis,
// ValueError when `times` is negative.
Var repeat_interleave(Var x, std::int64_t times, int axis);

// How many elements are put before and behind those of an axis.
struct PadWidth {
  std::int64_t before = 0, after = 0;
};
// x with elements of one value around it, one width for each axis. Throws ShapeError when the number of widths is not
// that of the axes, ValueError for a negative width.
Var pad(Var x, const std::vector<PadWidth>& widths, real value = 0);
// The same with the elements mirrored at the first and the last, which are not repeated: [1, 2, 3] with 2 before is
// [3, 2, 1, 2, 3]. Throws ShapeError also when a width is not smaller than its axis.
Var pad_reflect(Var x, const std::vector<PadWidth>& widths);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
