#pragma once
#include <cotape/engine/ops_matmul.h>

namespace cotape::inline COTAPE_PRECISION {

// Images are [batch, height, width, channels]: the channels of a pixel lie side by side, so that every kernel runs
// along them. A filter bank is [kernel height, kernel width, channels in, channels out].

// Rows and columns of zeros around an image.
struct Padding {
  std::int64_t top = 0, bottom = 0, left = 0, right = 0;

  // The same on all four sides.
  static constexpr Padding all(std::int64_t n) { return {n, n, n, n}; }
  // As much as keeps the size at stride 1; where that is odd, the extra row and column come last.
  static constexpr Padding same(std::int64_t kernel) {
    return {(kernel - 1) / 2, kernel / 2, (kernel - 1) / 2, kernel / 2};
  }
  bool operator==(const Padding&) const = default;
};

struct ConvSettings {
  std::int64_t stride = 1;
  Padding padding = {};
  Activation activation = Activation::none;
  // Of each window of so many rows and columns, side by side, only the largest number is kept: max_pool2d behind the
  // convolution, without the image in between ever being in memory. Rows and columns that fill no window are left out.
  std::int64_t max_pool = 1;
};

// y[b, i, j, o] = activation(Σ x[b, i·stride + r − top, j·stride + s − left, c] · weight[r, s, c, o] + bias[o]), x
// being 0 outside: cross-correlation, as neural networks call convolution. x [batch, h, w, c], weight [kh, kw, c, o],
// bias [o], y [batch, (h + top + bottom − kh) / stride + 1, (w + left + right − kw) / stride + 1, o], rounded down, and
// both divided by max_pool, rounded down; of equal numbers in a window the first in row-major order gets the gradient.
// Throws ShapeError when shapes do not fit or the kernel is larger than the padded image, or max_pool than y;
// ValueError for stride or max_pool < 1 or negative padding.
Var conv2d(Var x, Var weight, Var bias, const ConvSettings& settings = {});
Var conv2d(Var x, Var weight, const ConvSettings& settings = {});

}  // namespace cotape::inline COTAPE_PRECISION
