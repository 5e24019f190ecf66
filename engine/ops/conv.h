#pragma once
#include <cotape/engine/kernels/image_settings.h>
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// y[b, i, j, o] = activation(Σ x[b, i·stride + r − top, j·stride + s − left, c] · weight[r, s, c, o] + bias[o]), x
// being 0 outside: cross-correlation, as neural networks call convolution. x [batch, h, w, c], weight [kh, kw, c, o],
// bias [o], y [batch, (h + top + bottom − kh) / stride + 1, (w + left + right − kw) / stride + 1, o], rounded down, and
// both divided by max_pool, rounded down; of equal numbers in a window the first in row-major order gets the gradient.
// Only the numbers that y[b, i, j] reads count for it, except that 3×3 filters at stride 1 with 16 channels or more on
// both sides are computed tile by tile of 4×4 outputs (kernels/conv_winograd.h): there ∞ or NaN in x, or in dy, reaches
// all outputs of the tiles that read it, and rounding errors are relative to the largest number of a tile.
// Throws ShapeError when shapes do not fit or the kernel is larger than the padded image, or max_pool than y;
// ValueError for stride or max_pool < 1 or negative padding.
Var conv2d(Var x, Var weight, Var bias, const ConvSettings& settings = {});
Var conv2d(Var x, Var weight, const ConvSettings& settings = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
