#include <cotape/apps/globe_tsp/alignment.h>
#include <cotape/engine/base/error.h>

#include <algorithm>
#include <cmath>

namespace cotape::app {
namespace {

SpherePoint cross(const SpherePoint& a, const SpherePoint& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

double norm(const Matrix3& a) {
  double sum = 0;
  for (const auto& row : a)
    for (const double x : row) sum += x * x;
  return std::sqrt(sum);
}

}  // namespace

SpherePoint operator*(const Matrix3& a, const SpherePoint& x) {
  SpherePoint y{};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) y[i] += a[i][j] * x[j];
  return y;
}

Matrix3 best_rotation(const std::vector<SpherePoint>& from, const std::vector<SpherePoint>& to) {
  Matrix3 a{};
  for (std::size_t p = 0; p < from.size(); ++p)
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j) a[i][j] += to[p][i] * from[p][j];
  // The answer is the orthogonal factor of Σ to fromᵀ. Newton's iteration for it, A ← (A + A⁻ᵀ)/2, needs a matrix that
  // has an inverse: points that leave a direction open are given the smallest preference for staying as they are.
  const double scale = norm(a);
  for (std::size_t i = 0; i < 3; ++i) {
    for (double& x : a[i]) x = scale > 0 ? x / scale : 0;
    a[i][i] += 1e-9;
  }
  constexpr int max_steps = 100;
  for (int step = 0; step < max_steps; ++step) {
    const Matrix3 cofactors{cross(a[1], a[2]), cross(a[2], a[0]), cross(a[0], a[1])};
    const double determinant = a[0][0] * cofactors[0][0] + a[0][1] * cofactors[0][1] + a[0][2] * cofactors[0][2];
    Matrix3 next{}, change{};
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j) {
        next[i][j] = (a[i][j] + cofactors[i][j] / determinant) / 2;
        change[i][j] = next[i][j] - a[i][j];
      }
    a = next;
    if (norm(change) < 1e-14) break;
  }
  return a;
}

Alignment align(const Tensor& places, const World& world) {
  std::vector<SpherePoint> learned(world.positions.size());
  for (std::size_t i = 0; i < learned.size(); ++i)
    for (std::size_t c = 0; c < 3; ++c)
      learned[i][c] = static_cast<double>(places[static_cast<std::int64_t>(3 * i + c)]);
  const Matrix3 rotation = best_rotation(learned, world.positions);
  Alignment result;
  for (std::size_t i = 0; i < learned.size(); ++i) {
    result.places.push_back(rotation * learned[i]);
    result.errors_km.push_back(kilometres_between(result.places[i], world.positions[i]));
  }
  result.median_error_km = median(result.errors_km);
  return result;
}

double median(std::vector<double> values) {
  if (values.empty()) fail<ValueError>("the median of no numbers");
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

}  // namespace cotape::app
