#pragma once
#include <cstdint>
#include <vector>

#include <cotape/engine/base/shape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Labelled images of one size, a byte for each number.
struct ImageSet {
  Shape shape{0, 0, 0};  // [N, height, width] of grey images, [N, height, width, 3] of red, green, blue
  std::vector<std::uint8_t> images = {};  // row-major in that shape, 0 black to 255 white
  std::vector<std::uint8_t> labels = {};  // N
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
