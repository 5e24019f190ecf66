#include <cotape/data/pictures/canvas.h>
#include <cotape/engine/base/error.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// A size as int; one that is too large becomes INT_MAX, which Image refuses with its own message.
int to_size(std::int64_t size) {
  return static_cast<int>(std::min<std::int64_t>(size, std::numeric_limits<int>::max()));
}

}  // namespace

Image tile(std::span<const Image> images, int columns, int padding, Color background) {
  if (images.empty() || columns < 1 || padding < 0)
    fail<ValueError>("tile: cannot place ", images.size(), " pictures in ", columns, " columns with padding ", padding);
  const Image& first = images.front();
  for (const Image& image : images)
    if (image.height() != first.height() || image.width() != first.width() || image.channels() != first.channels())
      fail<ShapeError>("tile: pictures differ: ", image.height(), " by ", image.width(), " pixels of ",
                       image.channels(), " channels, the first ", first.height(), " by ", first.width(), " of ",
                       first.channels());
  const auto count = static_cast<std::int64_t>(images.size());
  const std::int64_t rows = (count + columns - 1) / columns;
  const std::int64_t step_y = std::int64_t{first.height()} + padding, step_x = std::int64_t{first.width()} + padding;
  Image result(to_size(rows * step_y + padding), to_size(columns * step_x + padding), first.channels(), background);
  for (std::int64_t i = 0; i < count; ++i)
    paste(result, images[static_cast<std::size_t>(i)], static_cast<int>(padding + i / columns * step_y),
          static_cast<int>(padding + i % columns * step_x));
  return result;
}

Image upscale(const Image& image, int factor) {
  if (factor < 1) fail<ValueError>("upscale: factor ", factor, " is not positive");
  Image result(to_size(std::int64_t{image.height()} * factor), to_size(std::int64_t{image.width()} * factor),
               image.channels());
  for (int y = 0; y < result.height(); ++y)
    for (int x = 0; x < result.width(); ++x)
      std::copy_n(image.pixel(y / factor, x / factor), image.channels(), result.pixel(y, x));
  return result;
}

void paste(Image& target, const Image& source, int y, int x) {
  if (target.channels() != source.channels() || y < 0 || x < 0 || y > target.height() - source.height() ||
      x > target.width() - source.width())
    fail<ShapeError>("paste: ", source.height(), " by ", source.width(), " pixels of ", source.channels(),
                     " channels at (", y, ", ", x, ") do not fit into ", target.height(), " by ", target.width(),
                     " of ", target.channels());
  for (int row = 0; row < source.height(); ++row)
    std::copy_n(source.pixel(row, 0), source.width() * source.channels(), target.pixel(y + row, x));
}

void fill_rectangle(Image& image, int y, int x, int height, int width, Color color) {
  const int bottom = static_cast<int>(std::min<std::int64_t>(image.height(), std::int64_t{y} + height));
  const int right = static_cast<int>(std::min<std::int64_t>(image.width(), std::int64_t{x} + width));
  for (int row = std::max(y, 0); row < bottom; ++row)
    for (int column = std::max(x, 0); column < right; ++column)
      std::copy_n(color.begin(), image.channels(), image.pixel(row, column));
}

void draw_line(Image& image, int y0, int x0, int y1, int x1, Color color, int thickness) {
  if (thickness < 1) fail<ValueError>("draw_line: thickness ", thickness, " is not positive");
  const double dy = static_cast<double>(y1) - y0, dx = static_cast<double>(x1) - x0;
  const auto steps = static_cast<std::int64_t>(std::max(std::abs(dy), std::abs(dx)));
  for (std::int64_t i = 0; i <= steps; ++i) {
    const double part = steps == 0 ? 0 : static_cast<double>(i) / static_cast<double>(steps);
    const auto y = static_cast<int>(std::lround(y0 + part * dy)), x = static_cast<int>(std::lround(x0 + part * dx));
    fill_rectangle(image, y - thickness / 2, x - thickness / 2, thickness, thickness, color);
  }
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
