#include <cotape/engine/inspect/summary.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr int histogram_bins = 32;

// What a heat map shows: a matrix whose element (r, c) is the mean of `depth` neighbours at r·row_step + c·column_step.
struct Plane {
  std::int64_t rows, columns, row_step, column_step, depth;
  std::string part;
};

Plane joined_to_matrix(const Shape& shape) {
  const std::int64_t columns = shape[-1], rows = columns > 0 ? shape.size() / columns : 0;
  return {rows, columns, columns, 1, 1, shape.rank() > 2 ? "leading axes joined" : ""};
}

Plane plane_of(const Shape& shape, std::int64_t side, bool has_batch) {
  if (shape.rank() == 1) {
    const std::int64_t n = shape[0], columns = n > side * side ? (n + side - 1) / side : side;
    return n <= side ? Plane{1, n, n, 1, 1, ""} : Plane{n / columns, columns, columns, 1, 1, "in lines"};
  }
  if (shape.rank() == 2 || !has_batch || shape.rank() > 4) return joined_to_matrix(shape);
  if (shape.rank() == 3) return {shape[1], shape[2], shape[2], 1, 1, "example 0"};
  const std::int64_t height = shape[1], width = shape[2], channels = shape[3];
  if (width == channels && height != width) return {width, channels, channels, 1, 1, "example 0, sample 0"};
  return {
      height,   width,    width * channels,
      channels, channels, channels == 1 ? "example 0" : "example 0, mean of " + std::to_string(channels) + " channels"};
}

}  // namespace

Statistics statistics(const Tensor& x) {
  Statistics s{.size = x.size()};
  double low = std::numeric_limits<double>::infinity(), high = -low, sum = 0, squares = 0;
  for (const real element : x.values()) {
    const auto value = static_cast<double>(element);
    if (!std::isfinite(value)) {
      ++s.not_finite;
      continue;
    }
    s.zeros += value == 0;
    low = std::min(low, value);
    high = std::max(high, value);
    sum += value;
    squares += value * value;
  }
  if (const std::int64_t finite = s.size - s.not_finite; finite > 0) {
    s.minimum = low;
    s.maximum = high;
    s.mean = sum / static_cast<double>(finite);
    s.norm = std::sqrt(squares);
  }
  return s;
}

std::vector<std::int64_t> histogram(const Tensor& x, const Statistics& of_x, int bins) {
  if (of_x.size == of_x.not_finite) return {};
  if (of_x.minimum == of_x.maximum) return {of_x.size - of_x.not_finite};
  std::vector<std::int64_t> counts(static_cast<std::size_t>(bins));
  const double scale = bins / (of_x.maximum - of_x.minimum);
  for (const real element : x.values()) {
    const auto value = static_cast<double>(element);
    if (!std::isfinite(value)) continue;
    const auto bin = static_cast<int>((value - of_x.minimum) * scale);
    ++counts[static_cast<std::size_t>(std::clamp(bin, 0, bins - 1))];
  }
  return counts;
}

HeatMap heat_map(const Tensor& x, std::int64_t side, bool has_batch) {
  if (x.size() < 2 || x.shape().rank() == 0) return {};
  const Plane plane = plane_of(x.shape(), side, has_batch);
  HeatMap map{std::min(side, plane.rows), std::min(side, plane.columns), 0, 0, plane.part, ""};
  std::vector<double> means(static_cast<std::size_t>(map.rows * map.columns));
  map.low = std::numeric_limits<double>::infinity();
  map.high = -map.low;
  for (std::int64_t r = 0; r < map.rows; ++r)
    for (std::int64_t c = 0; c < map.columns; ++c) {
      const std::int64_t top = r * plane.rows / map.rows, bottom = (r + 1) * plane.rows / map.rows;
      const std::int64_t left = c * plane.columns / map.columns, right = (c + 1) * plane.columns / map.columns;
      double sum = 0;
      for (std::int64_t i = top; i < bottom; ++i)
        for (std::int64_t j = left; j < right; ++j)
          for (std::int64_t k = 0; k < plane.depth; ++k)
            sum += static_cast<double>(x[i * plane.row_step + j * plane.column_step + k]);
      const double mean = sum / static_cast<double>((bottom - top) * (right - left) * plane.depth);
      means[static_cast<std::size_t>(r * map.columns + c)] = mean;
      if (std::isfinite(mean)) {
        map.low = std::min(map.low, mean);
        map.high = std::max(map.high, mean);
      }
    }
  if (map.low > map.high) map.low = map.high = 0;
  const double scale = map.high > map.low ? 254 / (map.high - map.low) : 0;
  for (const double mean : means)
    map.bytes += static_cast<char>(std::isfinite(mean) ? static_cast<int>(std::lround((mean - map.low) * scale)) : 255);
  return map;
}

Summary summarize(const Tensor& x, std::int64_t heat_side, bool has_batch) {
  const Statistics s = statistics(x);
  return {s, histogram(x, s, histogram_bins), heat_map(x, heat_side, has_batch)};
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
