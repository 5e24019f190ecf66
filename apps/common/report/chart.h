#pragma once
#include <string>
#include <vector>

#include <cotape/data/pictures/image.h>

namespace cotape::app {

// One named line, or cloud of points, of a chart. Values that are not finite (or not > 0 on a logarithmic axis) are
// gaps.
struct Series {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> deviation = {};  // a shaded band y ± deviation; empty: none
  bool points = false;                 // a point at each value and no line
  bool dashed = false;
};

// A line chart. Text is UTF-8.
struct Chart {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<Series> series;
  bool log_x = false;
  bool log_y = false;
};

// The chart as an SVG element that is as wide as its surroundings. Its colours are the CSS variables --ink, --muted,
// --grid and --series-0 … --series-6, or, where these are not set, those of chart_style(). Values can be read by
// pointing at them. Throws ValueError when a series' x, y and deviation differ in length.
std::string to_svg(const Chart& chart);

// The chart as a picture in its light colours, `scale` times 484 by 324 pixels. ASCII and a few Greek
// letters can be shown; other characters appear as boxes. Throws as to_svg, and ValueError when scale is not within
// [0.5, 10].
Image to_picture(const Chart& chart, double scale = 2);

// CSS that sets the chart's variables for light and for dark surroundings.
std::string chart_style();

}  // namespace cotape::app
