#pragma once
#include <span>

#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Elements taken from and added to places that indices name. What falls on one place is added in the order of the
// indices, so that sums are the same bits for any number of threads. An index that names no place throws ValueError
// with its place among the indices; the op keeps a copy of the indices for its gradient.

// Rows table[i] for each index, table [n, ...], result [indices, ...]; a row used more than once gets the sum of its
// gradients. Throws ShapeError for an index outside the table.
Var gather_rows(Var table, std::span<const std::int64_t> indices);
// Elements indices[0], indices[1], … of an axis: the same along any axis. Throws ShapeError when there is no such axis.
Var index_select(Var x, int axis, std::span<const std::int64_t> indices);

// One index for each element of the result, which has the shape `shape`: along axis 1 of three,
// y[i, j, k] = x[i, indices[i, j, k], k] (PyTorch's gather). Beside the axis, `shape` may be smaller than x's: then the
// first elements are meant. Throws ShapeError when it is larger or has another number of axes, or the number of indices
// is not that of its elements.
Var gather(Var x, int axis, std::span<const std::int64_t> indices, const Shape& shape);
// x with `source` added to it, one index for each element of the source: along axis 1 of three,
// y[i, indices[i, j, k], k] += source[i, j, k] (PyTorch's scatter_add). Throws ShapeError when the shapes differ beside
// the axis or the number of indices is not that of the source's elements.
Var scatter_add(Var x, int axis, std::span<const std::int64_t> indices, Var source);

// Rows x[r] joined segment by segment, for graphs and ragged data: x [rows, ...], one segment 0 ≤ s < count for each
// row in any order, result [count, ...]. Throws ShapeError when the number of segments is not that of the rows,
// ValueError for a segment outside [0, count) or a negative count.

// The sum of each segment; 0 where it has no rows.
Var segment_sum(Var x, std::span<const std::int64_t> segments, std::int64_t count);
// The mean of each segment; 0 where it has no rows.
Var segment_mean(Var x, std::span<const std::int64_t> segments, std::int64_t count);
// The largest of each segment, element by element; equal ones share the gradient evenly. 0 where a segment has no rows,
// so that no −∞ goes on into a net.
Var segment_max(Var x, std::span<const std::int64_t> segments, std::int64_t count);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
