#pragma once
#include <string_view>
#include <vector>

#include <cotape/apps/common/report/scene.h>

namespace cotape::app {

// A text as pen strokes, for pictures: a plotter font made for this project, proportional, with ASCII, × ± – − · ° and
// the Greek letters α β ε λ μ σ τ. Other characters are boxes.
struct StrokedText {
  std::vector<std::vector<Point>> strokes;  // polylines; x to the right, y downward, (0, 0) at the baseline's start
  double width;
};
StrokedText stroke_text(std::string_view text, double size);

}  // namespace cotape::app
