#pragma once
#include <ostream>

#include <cotape/engine/kernels/activation.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Images are [batch, height, width, channels]: the channels of a pixel lie side by side, so that every kernel runs
// along them. A filter bank is [kernel height, kernel width, channels in, channels out]; where channels are in groups,
// the channels in are those of one group.

// A height and a width. One number stands for both: `.stride = 2`.
struct Size2d {
  std::int64_t height = 1, width = 1;

  constexpr Size2d() = default;
  constexpr Size2d(std::int64_t both) : height(both), width(both) {}  // NOLINT: implicit
  constexpr Size2d(std::int64_t h, std::int64_t w) : height(h), width(w) {}
  bool operator==(const Size2d&) const = default;
};

// "3", or "3 × 5" where they differ
inline std::ostream& operator<<(std::ostream& out, const Size2d& size) {
  out << size.height;
  return size.height == size.width ? out : out << " × " << size.width;
}

// How many rows and columns of zeros are put around an image.
struct Padding {
  std::int64_t top = 0, bottom = 0, left = 0, right = 0;

  // The same on all four sides.
  static constexpr Padding all(std::int64_t n) { return {n, n, n, n}; }
  // As much as keeps the size at stride 1; where that is odd, the extra row and column come last.
  static constexpr Padding same(const Size2d& kernel, const Size2d& dilation = 1) {
    const std::int64_t rows = (kernel.height - 1) * dilation.height, columns = (kernel.width - 1) * dilation.width;
    return {rows / 2, (rows + 1) / 2, columns / 2, (columns + 1) / 2};
  }
  bool operator==(const Padding&) const = default;
};

struct ConvSettings {
  Size2d stride = 1;
  Padding padding = {};
  Activation activation = Activation::none;
  // Of each window of so many rows and columns, side by side, only the largest number is kept: max_pool2d behind the
  // convolution, without the image in between ever being in memory. Rows and columns that fill no window are left out.
  std::int64_t max_pool = 1;
  Size2d dilation = 1;  // how far apart the pixels lie that neighbours in a filter read
  // Input and output channels are cut into so many groups, and each group of outputs reads its own group of inputs.
  std::int64_t groups = 1;
};

// Of the convolution that goes the other way (conv_transpose2d): with them, conv2d makes x's size from y's.
struct ConvTransposeSettings {
  Size2d stride = 1;
  Padding padding = {};       // how many rows and columns are cut off from y
  Size2d output_padding = 0;  // how many more y has at the bottom and on the right, less than the stride
  Activation activation = Activation::none;
  Size2d dilation = 1;
  std::int64_t groups = 1;
};

// Windows that slide over images [batch, height, width, channels]. Each channel is pooled by itself.
struct PoolSettings {
  Size2d window = 2;
  Size2d stride = 2;
  Padding padding = {};  // only moves the windows: it never is the maximum and does not count in a mean
};

// Sequences are [batch, length, channels], their filter banks [kernel, channels in, channels out].

// How many zeros are put around a sequence.
struct Padding1d {
  std::int64_t before = 0, after = 0;

  static constexpr Padding1d all(std::int64_t n) { return {n, n}; }
  // As much as keeps the length at stride 1; where that is odd, the extra zero comes last.
  static constexpr Padding1d same(std::int64_t kernel, std::int64_t dilation = 1) {
    return {(kernel - 1) * dilation / 2, ((kernel - 1) * dilation + 1) / 2};
  }
  // The same with all zeros first: what comes later in x does not count.
  static constexpr Padding1d causal(std::int64_t kernel, std::int64_t dilation = 1) {
    return {(kernel - 1) * dilation, 0};
  }
  bool operator==(const Padding1d&) const = default;
};

// As ConvSettings.
struct Conv1dSettings {
  std::int64_t stride = 1;
  Padding1d padding = {};
  Activation activation = Activation::none;
  std::int64_t dilation = 1;
  std::int64_t groups = 1;
};

// As ConvTransposeSettings.
struct ConvTranspose1dSettings {
  std::int64_t stride = 1;
  Padding1d padding = {};
  std::int64_t output_padding = 0;
  Activation activation = Activation::none;
  std::int64_t dilation = 1;
  std::int64_t groups = 1;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
