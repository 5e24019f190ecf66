#pragma once
#include <array>
#include <vector>

#include <cotape/apps/common/report/scene.h>
#include <cotape/data/pictures/image.h>

namespace cotape::app {

// An RGB picture to paint on with smooth edges (coverage of each pixel). Coordinates are in pixels from the top left
// corner; what lies outside is left out.
class Raster {
 public:
  // White.
  Raster(int height, int width);
  // On top of a picture. Throws ShapeError unless it is RGB.
  explicit Raster(Image background);

  // Lines of one width with round ends and joins, painted as one: where they cross the colour is not doubled.
  void strokes(const std::vector<std::vector<Point>>& lines, double width, Color color);
  // The inside of an outline (even-odd rule).
  void area(const std::vector<Point>& outline, Color color, double opacity);
  // A label in the font of charts; its ink is not used.
  void text(const Label& label, Color color);

  const Image& image() const { return image_; }

 private:
  // Blends the colour in by the coverage of [y0, y1) × [x0, x1), row-major.
  struct Window;
  void blend(const Window& window, Color color, double opacity);
  Window window_around(const std::vector<Point>& points, double margin) const;

  Image image_;
};

}  // namespace cotape::app
