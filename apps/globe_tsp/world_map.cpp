#include <cotape/apps/globe_tsp/world_map.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cotape::app {
namespace {

using std::numbers::pi;

constexpr Color sea = {238, 243, 248, 255};
constexpr Color graticule = {211, 221, 231, 255};
constexpr Color frame = {176, 190, 204, 255};
constexpr int degrees_between_lines = 30;
constexpr double step = pi / 90;  // along a curve

struct LatitudeLongitude {
  double latitude, longitude;
};

LatitudeLongitude coordinates(const SpherePoint& p) {
  return {std::asin(std::clamp(p[2], -1.0, 1.0)), std::atan2(p[1], p[0])};
}

}  // namespace

Point WorldMap::project(double latitude, double longitude) const {
  constexpr double a1 = 1.340264, a2 = -0.081106, a3 = 0.000893, a4 = 0.003796;
  const double theta = std::asin(std::numbers::sqrt3 / 2 * std::sin(latitude));
  const double t2 = theta * theta, t6 = t2 * t2 * t2;
  const double x =
      2 * std::numbers::sqrt3 * longitude * std::cos(theta) / (3 * (9 * a4 * t6 * t2 + 7 * a3 * t6 + 3 * a2 * t2 + a1));
  const double y = theta * (a4 * t6 * t2 + a3 * t6 + a2 * t2 + a1);
  return {left_ + scale_ * (full_width / 2 + x), top_ + scale_ * (full_height / 2 - y)};
}

Point WorldMap::place(const SpherePoint& point) const {
  const auto [latitude, longitude] = coordinates(point);
  return project(latitude, longitude);
}

std::vector<std::vector<Point>> WorldMap::way(const SpherePoint& from, const SpherePoint& to, bool dashed) const {
  const double cosine = std::clamp(from[0] * to[0] + from[1] * to[1] + from[2] * to[2], -1.0, 1.0);
  const double angle = std::acos(cosine), sine = std::sin(angle);
  const int pieces = std::max(dashed ? 3 : 1, static_cast<int>(std::ceil(angle / step)));
  std::vector<std::vector<Point>> lines(1);
  double last_longitude = 0;
  for (int i = 0; i <= pieces; ++i) {
    const double t = static_cast<double>(i) / pieces;
    const bool apart = sine > 1e-9;
    const double a = apart ? std::sin((1 - t) * angle) / sine : 1 - t, b = apart ? std::sin(t * angle) / sine : t;
    const auto [latitude, longitude] =
        coordinates({a * from[0] + b * to[0], a * from[1] + b * to[1], a * from[2] + b * to[2]});
    const bool crosses = i > 0 && std::abs(longitude - last_longitude) > pi;
    if (crosses) {  // to the edge of the map, and on from the other one
      const double edge = last_longitude > 0 ? pi : -pi;
      lines.back().push_back(project(latitude, edge));
      lines.push_back({project(latitude, -edge)});
    }
    lines.back().push_back(project(latitude, longitude));
    if (dashed && i % 2 == 1 && i < pieces) lines.emplace_back();
    last_longitude = longitude;
  }
  std::erase_if(lines, [](const std::vector<Point>& line) { return line.size() < 2; });
  return lines;
}

void WorldMap::draw(Raster& raster) const {
  constexpr int line_points = 60;
  const auto meridian = [&](double longitude) {
    std::vector<Point> line;
    for (int i = 0; i <= line_points; ++i) line.push_back(project(pi * (0.5 - double(i) / line_points), longitude));
    return line;
  };
  const auto parallel = [&](double latitude) {
    return std::vector<Point>{project(latitude, -pi), project(latitude, pi)};
  };
  std::vector<Point> outline = meridian(-pi);
  const std::vector<Point> east = meridian(pi);
  outline.insert(outline.end(), east.rbegin(), east.rend());
  raster.area(outline, sea, 1);
  std::vector<std::vector<Point>> lines;
  for (int degrees = -150; degrees <= 150; degrees += degrees_between_lines)
    lines.push_back(meridian(degrees * pi / 180));
  for (int degrees = -60; degrees <= 60; degrees += degrees_between_lines)
    lines.push_back(parallel(degrees * pi / 180));
  raster.strokes(lines, 1, graticule);
  outline.push_back(outline.front());
  raster.strokes({outline}, 1.5, frame);
}

}  // namespace cotape::app
