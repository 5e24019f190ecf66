#pragma once
#include <string>

#include <cotape/engine/base/shape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Throws ShapeError unless x has the four axes of images, [batch, height, width, channels].
void check_image(const Shape& x);

// What an error about x, which should have `channels` channels, adds where x looks like images as PyTorch has them,
// [batch, channels, height, width]: what to do about it. Nothing otherwise.
std::string channels_first_hint(const Shape& x, std::int64_t channels);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
