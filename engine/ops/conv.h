#pragma once
#include <cotape/engine/kernels/image_settings.h>
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// y[b, i, j, o] = activation(Σ x[b, i·stride + r·dilation − top, j·stride + s·dilation − left, c] · weight[r, s, c, o]
// + bias[o]), x being 0 outside: cross-correlation, as neural networks call convolution. x [batch, h, w, in], weight
// [kh, kw, in / groups, out], bias [out], y [batch, (h + top + bottom − span) / stride + 1, (w + left + right − span) /
// stride + 1, out], rounded down, with span = (k − 1)·dilation + 1, and both divided by max_pool, rounded down; of
// equal numbers in a window the first in row-major order gets the gradient. The outputs of group g, channels [g·out /
// groups, (g + 1)·out / groups), read the inputs of group g alone. Only the numbers that y[b, i, j] reads count for it,
// except that 3×3 filters at stride 1 with 16 channels or more on both sides are computed tile by tile of 4×4 outputs
// (kernels/conv_winograd.h): there ∞ or NaN in x, or in dy, reaches all outputs of the tiles that read it, and rounding
// errors are relative to the largest number of a tile. Throws ShapeError when shapes do not fit, channels do not divide
// into groups, or the kernel is larger than the padded image, or max_pool than y; ValueError for stride, dilation,
// groups or max_pool < 1 or negative padding.
Var conv2d(Var x, Var weight, Var bias, const ConvSettings& settings = {});
Var conv2d(Var x, Var weight, const ConvSettings& settings = {});

// The same along one axis: x [batch, length, in], weight [kernel, in / groups, out], y [batch, length of y, out].
Var conv1d(Var x, Var weight, Var bias, const Conv1dSettings& settings = {});
Var conv1d(Var x, Var weight, const Conv1dSettings& settings = {});

// The transpose of conv2d, which sends each number of x to the places of y that conv2d with the same weight would read
// it from: Σ conv2d(y, w) ⊙ x = Σ y ⊙ conv_transpose2d(x, w). Then come bias and activation. x [batch, h, w, in],
// weight [kh, kw, out / groups, in], bias [out], y [batch, (h − 1)·stride + span + output_padding − top − bottom, …,
// out]. Throws ShapeError when shapes do not fit, channels do not divide into groups, or the padding leaves nothing of
// y; ValueError for stride, dilation or groups < 1, negative padding, or output_padding outside [0, stride).
Var conv_transpose2d(Var x, Var weight, Var bias, const ConvTransposeSettings& settings = {});
Var conv_transpose2d(Var x, Var weight, const ConvTransposeSettings& settings = {});

// The same along one axis: x [batch, length, in], weight [kernel, out / groups, in].
Var conv_transpose1d(Var x, Var weight, Var bias, const ConvTranspose1dSettings& settings = {});
Var conv_transpose1d(Var x, Var weight, const ConvTranspose1dSettings& settings = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
