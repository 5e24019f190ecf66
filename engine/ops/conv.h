#pragma once
#include <cotape/engine/kernels/image_settings.h>
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// y[b, i, j, o] = activation(Σ x[b, i·stride + r − top, j·stride + s − left, c] · weight[r, s, c, o] + bias[o]), x
// being 0 outside: cross-correlation, as neural networks call convolution. x [batch, h, w, c], weight [kh, kw, c, o],
// bias [o], y [batch, (h + top + bottom − kh) / stride + 1, (w + left + right − kw) / stride + 1, o], rounded down, and
// both divided by max_pool, rounded down; of equal numbers in a window the first in row-major order gets the gradient.
// Throws ShapeError when shapes do not fit or the kernel is larger than the padded image, or max_pool than y;
// ValueError for stride or max_pool < 1 or negative padding.
Var conv2d(Var x, Var weight, Var bias, const ConvSettings& settings = {});
Var conv2d(Var x, Var weight, const ConvSettings& settings = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
