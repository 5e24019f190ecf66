#pragma once
#include <cotape/engine/kernels/activation.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Images are [batch, height, width, channels]: the channels of a pixel lie side by side, so that every kernel runs
// along them. A filter bank is [kernel height, kernel width, channels in, channels out].

// How many rows and columns of zeros are put around an image.
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

// Square windows that slide over images [batch, height, width, channels]. Each channel is pooled by itself.
struct PoolSettings {
  std::int64_t window = 2;  // its height and width
  std::int64_t stride = 2;
  Padding padding = {};  // only moves the windows: it never is the maximum and does not count in a mean
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
