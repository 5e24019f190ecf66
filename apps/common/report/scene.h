#pragma once
#include <string>
#include <variant>
#include <vector>

#include <cotape/apps/common/report/chart.h>
#include <cotape/data/pictures/image.h>

namespace cotape::app {

struct Point {
  double x;
  double y;
};

// What a thing is painted in. Series n has the ink series + n.
using Ink = int;
inline constexpr Ink ink_text = 0;
inline constexpr Ink ink_muted = 1;
inline constexpr Ink ink_grid = 2;
inline constexpr Ink ink_series = 3;
inline constexpr int series_colors = 7;

// A colour in light and in dark surroundings, as "#rrggbb", and its CSS variable.
struct InkColor {
  const char* variable;
  const char* light;
  const char* dark;
};
const InkColor& ink_color(Ink ink);

struct Line {
  std::vector<Point> points;
  Ink ink;
  double width;
  bool dashed = false;
};
struct Area {
  std::vector<Point> points;
  Ink ink;
  double opacity;
};
struct Dot {
  Point center;
  double radius;
  Ink ink;
};
enum class Anchor { start, middle, end };
struct Label {
  Point at;  // on the baseline
  std::string text;
  double size;  // of the font, in pixels
  Anchor anchor;
  Ink ink;
  bool bold = false;
};
// Shows text to whoever points at it; not painted.
struct Hint {
  Point center;
  std::string text;
};
using SceneItem = std::variant<Line, Area, Dot, Label, Hint>;

// A chart as a list of things to paint in order, in pixels from the top left corner: what SVG and PNG have in common.
struct Scene {
  double width;
  double height;
  std::vector<SceneItem> items;
};

// The scene as a picture in its light colours, `scale` times as large as it is and with a margin of 12 pixels of its
// own, times `scale`, around it. Throws ValueError when the scale is outside 0.5 … 10.
Image paint(const Scene& scene, double scale = 2);

// Lays out a chart. Throws ValueError when a series' x, y and deviation differ in length.
Scene layout(const Chart& chart);

}  // namespace cotape::app
