#pragma once
#include <cotape/engine/kernels/image_settings.h>
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Images x [batch, h, w, channels] brought to another size, [batch, size.height, size.width, channels], as a rule to a
// larger one. The middles of pixels are taken for their places, so that pixel i of n along an axis lies at (i + ½) / n
// ("align_corners = false" elsewhere). Both throw ShapeError when x is no image or has no pixels, ValueError for a size
// < 1.

// The number of the pixel at ⌊i·h / size.height⌋ and so on: its repetition where sizes are multiples of x's.
Var upsample_nearest2d(Var x, const Size2d& size);

// The mean of the two nearest pixels along each axis, weighted by how near they are; beyond the middle of an outer
// pixel that pixel alone. When an image shrinks, pixels in between do not count.
Var upsample_bilinear2d(Var x, const Size2d& size);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
