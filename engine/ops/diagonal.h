#pragma once
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Diagonals and triangles of matrices, which are a tensor's last two axes.

// Vectors as the diagonals of matrices that are 0 elsewhere: [..., n] → [..., n, n]. Throws ShapeError for a scalar.
Var diag(Var x);
// The diagonals of matrices: [..., m, n] → [..., min(m, n)]. Throws ShapeError for fewer than two axes.
Var diagonal(Var x);

// The lower triangle, 0 above it: elements [..., i, j] with j ≤ i + offset are kept. Throws ShapeError for fewer than
// two axes.
Var tril(Var x, std::int64_t offset = 0);
// The upper triangle, 0 below it: elements [..., i, j] with j ≥ i + offset are kept. Throws as tril does.
Var triu(Var x, std::int64_t offset = 0);

// [n, n], 0 where place i may see place j, which is where j ≤ i, and −∞ elsewhere: added to attention's scores, it
// hides from each place what comes after it. Throws ShapeError for a negative n.
Tensor causal_mask(std::int64_t n);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
