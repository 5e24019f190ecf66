#include <cotape/apps/common/report/raster.h>
#include <cotape/apps/tsp/drawing.h>

#include <algorithm>
#include <cmath>

namespace cotape::app {
namespace {

constexpr double longer_side = 900;  // pixels between the outermost cities
constexpr double min_side = 60;
constexpr double margin = 24;
constexpr double line_width = 2.5;
constexpr double city_width = 8;
constexpr Color line_color = {42, 120, 214, 255};
constexpr Color city_color = {11, 11, 11, 255};

}  // namespace

Image draw_tour(const Tsplib& problem, std::span<const std::int64_t> tour) {
  const auto& places = problem.displayed;
  auto low = places[0], high = places[0];
  for (const auto& place : places)
    for (const std::size_t axis : {0, 1}) {
      low[axis] = std::min(low[axis], place[axis]);
      high[axis] = std::max(high[axis], place[axis]);
    }
  const double extent = std::max({high[0] - low[0], high[1] - low[1], 1e-9});
  const double scale = longer_side / extent;
  const auto side = [&](std::size_t axis) { return std::max(min_side, scale * (high[axis] - low[axis])); };

  Raster raster(static_cast<int>(std::ceil(side(1) + 2 * margin)), static_cast<int>(std::ceil(side(0) + 2 * margin)));
  std::vector<Point> line;
  std::vector<std::vector<Point>> cities;
  for (const std::int64_t city : tour) {
    const auto& place = places[static_cast<std::size_t>(city)];
    line.push_back({margin + scale * (place[0] - low[0]), margin + side(1) - scale * (place[1] - low[1])});
    cities.push_back({line.back(), line.back()});
  }
  line.push_back(line.front());
  raster.strokes({line}, line_width, line_color);
  raster.strokes(cities, city_width, city_color);
  return raster.image();
}

}  // namespace cotape::app
