#include <cotape/apps/common/report/chart.h>
#include <cotape/apps/common/report/raster.h>
#include <cotape/apps/common/report/scene.h>
#include <cotape/engine/base/error.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace cotape::app {

namespace {

constexpr double margin = 12;  // around the chart, which a page would give it

Color light_color(Ink ink) {
  const long rgb = std::strtol(ink_color(ink).light + 1, nullptr, 16);
  const auto channel = [rgb](int shift) { return static_cast<std::uint8_t>(rgb >> shift & 0xFF); };
  return {channel(16), channel(8), channel(0), 255};
}

Point between(Point a, Point b, double t) { return {a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)}; }

// The line's dashes: `on` pixels long, `off` apart.
std::vector<std::vector<Point>> dashes(const std::vector<Point>& line, double on, double off) {
  std::vector<std::vector<Point>> result = {{line[0]}};
  bool drawing = true;
  double left = on;
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    const double length = std::hypot(line[i + 1].x - line[i].x, line[i + 1].y - line[i].y);
    double at = 0;
    while (length - at > left) {
      at += left;
      const Point point = between(line[i], line[i + 1], at / length);
      if (drawing)
        result.back().push_back(point);
      else
        result.push_back({point});
      drawing = !drawing;
      left = drawing ? on : off;
    }
    left -= length - at;
    if (drawing) result.back().push_back(line[i + 1]);
  }
  return result;
}

struct Painter {
  Raster& raster;
  double scale;

  Point scaled(Point point) const { return {scale * (margin + point.x), scale * (margin + point.y)}; }
  std::vector<Point> scaled(std::vector<Point> points) const {
    for (Point& point : points) point = scaled(point);
    return points;
  }

  void operator()(const Line& line) const {
    const std::vector<Point> points = scaled(line.points);
    const double width = scale * line.width;
    // The round ends make each dash longer by the width.
    const auto pieces =
        line.dashed ? dashes(points, 6 * scale - width, 4 * scale + width) : std::vector<std::vector<Point>>{points};
    raster.strokes(pieces, width, light_color(line.ink));
  }
  void operator()(const Area& area) const { raster.area(scaled(area.points), light_color(area.ink), area.opacity); }
  void operator()(const Dot& dot) const {
    raster.strokes({{scaled(dot.center)}}, 2 * scale * dot.radius, light_color(dot.ink));
  }
  void operator()(const Label& label) const {
    Label larger = label;
    larger.at = scaled(label.at);
    larger.size *= scale;
    raster.text(larger, light_color(label.ink));
  }
  void operator()(const Hint&) const {}
};

}  // namespace

Image to_picture(const Chart& chart, double scale) { return paint(layout(chart), scale); }

Image paint(const Scene& scene, double scale) {
  if (!(scale >= 0.5 && scale <= 10)) fail<ValueError>("chart: scale ", scale, " is not within [0.5, 10]");
  const auto pixels = [scale](double length) { return static_cast<int>(std::lround(scale * (length + 2 * margin))); };
  Raster raster(pixels(scene.height), pixels(scene.width));
  for (const SceneItem& item : scene.items) std::visit(Painter{raster, scale}, item);
  return raster.image();
}

}  // namespace cotape::app
