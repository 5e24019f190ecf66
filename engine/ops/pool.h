#pragma once
#include <cotape/engine/kernels/image_settings.h>
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The largest number of each window, [batch, (h + top + bottom − window) / stride + 1, …, channels]; among equal ones
// the first in row-major order gets the gradient. Throws ShapeError when x is not an image or the window is larger than
// the padded image, ValueError for window or stride < 1 or for padding that is negative or as large as the window.
Var max_pool2d(Var x, const PoolSettings& settings = {});

// The mean of each window; otherwise the same.
Var average_pool2d(Var x, const PoolSettings& settings = {});

// The largest number of each of height × width areas that together cover the image: area i of n reaches from row
// ⌊i·h/n⌋ to ⌈(i + 1)·h/n⌉, so that neighbours may overlap by one. [batch, height, width, channels]. Throws ShapeError
// when x is not an image, ValueError for a size < 1.
Var adaptive_max_pool2d(Var x, std::int64_t height, std::int64_t width);

// The mean of each area; otherwise the same.
Var adaptive_average_pool2d(Var x, std::int64_t height, std::int64_t width);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
