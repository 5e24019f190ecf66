#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/image_shape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

void check_image(const Shape& x) {
  if (x.rank() != 4) fail<ShapeError>("x ", x, " is not [batch, height, width, channels]");
}

std::string channels_first_hint(const Shape& x, std::int64_t channels) {
  if (x.rank() != 4 || x[1] != channels || x[3] == channels) return "";
  return "; x looks like [batch, channels, height, width], but must be [batch, height, width, channels]: permute it "
         "with "
         "{0, 2, 3, 1}";
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
