#pragma once
#include <array>
#include <vector>

#include <cotape/data/sets/globe_tours.h>

namespace cotape::app {

// Learned places beside the true ones, after the best rotation or reflection: shortest tours know places only up to
// that.
struct Alignment {
  std::vector<SpherePoint> places;  // learned, turned
  std::vector<double> errors_km;    // along the surface
  double median_error_km = 0;
};
// Of places [n, 3] on the unit sphere for the capitals of a world.
Alignment align(const Tensor& places, const World& world);

using Matrix3 = std::array<std::array<double, 3>, 3>;

// The orthogonal matrix R with the smallest Σ ‖R·from − to‖²: a rotation, or a rotation and a reflection (orthogonal
// Procrustes; Schönemann 1966). Where the points leave it open, one of the best.
Matrix3 best_rotation(const std::vector<SpherePoint>& from, const std::vector<SpherePoint>& to);

SpherePoint operator*(const Matrix3& a, const SpherePoint& x);

// The middle one of some numbers, or the mean of the two middle ones. Throws ValueError when there are none.
double median(std::vector<double> values);

}  // namespace cotape::app
