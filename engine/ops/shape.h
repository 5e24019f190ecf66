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
// Rows table[i] for each index, table [n, ...], result [indices, ...]; a row used more than once gets the sum of its
// gradients. Throws ShapeError for an index outside the table.
Var gather_rows(Var table, std::span<const std::int64_t> indices);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
