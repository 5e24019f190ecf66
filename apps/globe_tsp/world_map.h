#pragma once
#include <cotape/apps/common/report/raster.h>
#include <cotape/data/sets/globe_tours.h>

namespace cotape::app {

// A map of the world in the Equal Earth projection (Šavrič, Patterson, Jenny 2018): equal areas, straight parallels.
// Drawn on a raster, from (left, top), `width` pixels wide.
class WorldMap {
 public:
  WorldMap(double left, double top, double width) : left_(left), top_(top), scale_(width / full_width) {}

  // Height of a map of this width.
  static double height_of(double width) { return width * full_height / full_width; }

  // Where a point of the unit sphere lies, in pixels.
  Point place(const SpherePoint& point) const;
  // The shortest way between two points, in one piece or, across the map's edge, two; dashed: in many.
  std::vector<std::vector<Point>> way(const SpherePoint& from, const SpherePoint& to, bool dashed = false) const;
  // The map without content: the sea, and meridians and parallels every 30 degrees.
  void draw(Raster& raster) const;

 private:
  static constexpr double full_width = 5.41326, full_height = 2.63445;  // of the projected unit sphere

  Point project(double latitude, double longitude) const;

  double left_, top_, scale_;
};

}  // namespace cotape::app
