#include <cotape/engine/base/error.h>
#include <cotape/engine/base/shape.h>
#include <cotape/engine/kernels/conv_geometry.h>
#include <cotape/engine/kernels/image_shape.h>
#include <cotape/engine/kernels/windows.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

std::vector<Range> sliding(const char* axis, std::int64_t size, std::int64_t before, std::int64_t after,
                           std::int64_t window, std::int64_t stride, const std::string& hint) {
  if (window < 1) fail<ValueError>("window ", window, " is less than 1");
  if (before >= window || after >= window)
    fail<ValueError>("padding ", std::max(before, after), " is not less than the window ", window);
  const std::int64_t count = windows_along(axis, size, before, after, window, stride, hint);
  std::vector<Range> ranges(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const std::int64_t first = static_cast<std::int64_t>(i) * stride - before;
    ranges[i] = {std::max<std::int64_t>(0, first), std::min(size, first + window)};
    if (ranges[i].begin >= ranges[i].end)
      fail<ShapeError>("window ", i, " along the ", axis, " of ", size, " lies in the padding alone");
  }
  return ranges;
}

std::vector<Range> areas(std::int64_t size, std::int64_t count) {
  std::vector<Range> ranges(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i)
    ranges[static_cast<std::size_t>(i)] = {i * size / count, ((i + 1) * size + count - 1) / count};
  return ranges;
}

}  // namespace

Windows sliding_windows(const Shape& x, const PoolSettings& settings) {
  check_image(x);
  const Padding& p = settings.padding;
  const Size2d &window = settings.window, &stride = settings.stride;
  const std::string hint = x[2] == x[3] ? channels_first_hint(x, x[1]) : "";
  return {sliding("height", x[1], p.top, p.bottom, window.height, stride.height, hint),
          sliding("width", x[2], p.left, p.right, window.width, stride.width, hint)};
}

Windows area_windows(const Shape& x, std::int64_t height, std::int64_t width) {
  check_image(x);
  if (height < 1 || width < 1) fail<ValueError>("areas ", height, " × ", width, " are not both positive");
  if (x[1] < 1 || x[2] < 1) fail<ShapeError>("x ", x, " has no pixels");
  return {areas(x[1], height), areas(x[2], width)};
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
