#include <cotape/apps/common/report/raster.h>
#include <cotape/apps/common/report/stroke_font.h>
#include <cotape/engine/base/error.h>

#include <algorithm>
#include <cmath>

namespace cotape::app {

// The part of the picture that a thing can touch, and how much of each pixel it covers.
struct Raster::Window {
  int y0, x0, y1, x1;
  std::vector<float> coverage = {};

  // Nothing is covered.
  void clear() { coverage.assign(static_cast<std::size_t>(y1 - y0) * (x1 - x0), 0); }
  float& at(int y, int x) { return coverage[static_cast<std::size_t>(y - y0) * (x1 - x0) + (x - x0)]; }
};

namespace {

double distance_to_segment(Point p, Point a, Point b) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double length2 = dx * dx + dy * dy;
  const double t = length2 > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length2, 0.0, 1.0) : 0;
  return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

// Where the outline crosses the height y, from left to right.
std::vector<double> crossings(const std::vector<Point>& outline, double y) {
  std::vector<double> xs;
  for (std::size_t i = 0; i < outline.size(); ++i) {
    const Point a = outline[i];
    const Point b = outline[(i + 1) % outline.size()];
    if ((a.y <= y) != (b.y <= y)) xs.push_back(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
  }
  std::sort(xs.begin(), xs.end());
  return xs;
}

int clamp_pixel(double value, int limit) { return static_cast<int>(std::clamp(value, 0.0, double(limit))); }

}  // namespace

Raster::Raster(int height, int width) : image_(height, width, 3, white) {}

Raster::Raster(Image background) : image_(std::move(background)) {
  if (image_.channels() != 3) fail<ShapeError>("raster: a background of ", image_.channels(), " channels, not 3");
}

Raster::Window Raster::window_around(const std::vector<Point>& points, double margin) const {
  Point low = points[0];
  Point high = points[0];
  for (const Point& p : points) {
    low = {std::min(low.x, p.x), std::min(low.y, p.y)};
    high = {std::max(high.x, p.x), std::max(high.y, p.y)};
  }
  return {clamp_pixel(std::floor(low.y - margin), image_.height()),
          clamp_pixel(std::floor(low.x - margin), image_.width()),
          clamp_pixel(std::ceil(high.y + margin), image_.height()),
          clamp_pixel(std::ceil(high.x + margin), image_.width())};
}

void Raster::strokes(const std::vector<std::vector<Point>>& lines, double width, Color color) {
  std::vector<Point> all;
  for (const std::vector<Point>& line : lines) all.insert(all.end(), line.begin(), line.end());
  if (all.empty()) return;
  const double reach = width / 2 + 0.5;
  Window window = window_around(all, reach);
  window.clear();
  for (const std::vector<Point>& line : lines) {
    for (std::size_t i = 0; i + 1 < line.size() || i == 0; ++i) {
      const Point a = line[i];
      const Point b = line[std::min(i + 1, line.size() - 1)];
      const Window part = window_around({a, b}, reach);
      for (int y = part.y0; y < part.y1; ++y)
        for (int x = part.x0; x < part.x1; ++x) {
          const double covered = std::clamp(reach - distance_to_segment({x + 0.5, y + 0.5}, a, b), 0.0, 1.0);
          window.at(y, x) = std::max(window.at(y, x), static_cast<float>(covered));
        }
    }
  }
  // Thinner than a pixel: paler.
  blend(window, color, std::min(1.0, width));
}

void Raster::area(const std::vector<Point>& outline, Color color, double opacity) {
  if (outline.size() < 3) return;
  constexpr int scanlines = 4;
  Window window = window_around(outline, 0);
  window.clear();
  for (int y = window.y0; y < window.y1; ++y)
    for (int s = 0; s < scanlines; ++s) {
      const std::vector<double> xs = crossings(outline, y + (s + 0.5) / scanlines);
      for (std::size_t i = 0; i + 1 < xs.size(); i += 2)
        for (int x = std::max(window.x0, static_cast<int>(xs[i])); x < window.x1 && x < xs[i + 1]; ++x)
          window.at(y, x) += static_cast<float>(std::min(xs[i + 1], x + 1.0) - std::max(xs[i], double(x))) / scanlines;
    }
  blend(window, color, opacity);
}

void Raster::text(const Label& label, Color color) {
  StrokedText text = stroke_text(label.text, label.size);
  const double shift = label.anchor == Anchor::start ? 0 : label.anchor == Anchor::middle ? 0.5 : 1;
  for (std::vector<Point>& stroke : text.strokes)
    for (Point& point : stroke) point = {label.at.x - shift * text.width + point.x, label.at.y + point.y};
  strokes(text.strokes, label.size * (label.bold ? 0.125 : 0.085), color);
}

void Raster::blend(const Window& window, Color color, double opacity) {
  const float* coverage = window.coverage.data();
  for (int y = window.y0; y < window.y1; ++y)
    for (int x = window.x0; x < window.x1; ++x) {
      const double share = opacity * *coverage++;
      std::uint8_t* pixel = image_.pixel(y, x);
      for (std::size_t c = 0; c < 3; ++c)
        pixel[c] = static_cast<std::uint8_t>(std::lround(pixel[c] + share * (color[c] - pixel[c])));
    }
}

}  // namespace cotape::app
