#pragma once
#include <span>
#include <vector>

#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The same elements under another shape; one size may be −1 and is worked out. Throws ShapeError when the number of
// elements changes.
Var reshape(Var x, std::initializer_list<std::int64_t> sizes);
Var reshape(Var x, const Shape& shape);
// Axis i of the result is axis order[i] of x. Throws ShapeError when order is no permutation of the axes.
Var permute(Var x, const std::vector<int>& order);
// The last two axes exchanged.
Var transpose(Var x);
// Axis `from` moved to the place `to`, the others in their order. Throws ShapeError when there is no such axis.
Var move_axis(Var x, int from, int to);
// x repeated to `shape` by NumPy's rule.
Var broadcast_to(Var x, const Shape& shape);
// The tensors one after the other along an axis; all other sizes agree.
Var concat(std::span<const Var> parts, int axis);
Var concat(std::initializer_list<Var> parts, int axis);
// Tensors of one shape along a new axis, put in before `axis`.
Var stack(std::span<const Var> parts, int axis);
Var stack(std::initializer_list<Var> parts, int axis);
// Elements begin ≤ i < end of an axis.
Var slice(Var x, int axis, std::int64_t begin, std::int64_t end);
// Element `index` of an axis, which the result has no more; negative ones are counted from the end. Throws ShapeError
// when the axis has no such element.
Var select(Var x, int axis, std::int64_t index);
// The reverse of concat: consecutive parts of an axis, of the given sizes. Throws ShapeError unless the sizes add up to
// the axis's.
std::vector<Var> split(Var x, const std::vector<std::int64_t>& sizes, int axis);
// The same with so many parts of equal size. Throws ShapeError when the axis does not divide into them, ValueError for
// parts < 1.
std::vector<Var> chunk(Var x, std::int64_t parts, int axis);
// The reverse of stack: every element of an axis, without the axis.
std::vector<Var> unstack(Var x, int axis);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
