#include <cotape/apps/globe_tsp/alignment.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/random.h>

#include <doctest/doctest.h>

#include <cmath>

using namespace cotape;
using namespace cotape::app;

namespace {

std::vector<SpherePoint> random_points(std::size_t count) {
  Tensor draws(Shape{static_cast<std::int64_t>(count), 3});
  Rng(3).normal(draws);
  std::vector<SpherePoint> points(count);
  for (std::size_t i = 0; i < count; ++i) {
    const real* x = draws.data() + 3 * i;
    const double norm = std::hypot(x[0], x[1], x[2]);
    for (std::size_t c = 0; c < 3; ++c) points[i][c] = static_cast<double>(x[c]) / norm;
  }
  return points;
}

// A turn about an axis through (1, 2, 2)/3 and, when asked for, a reflection in the equator first (Rodrigues).
Matrix3 turn(double angle, bool reflected) {
  const SpherePoint u = {1 / 3.0, 2 / 3.0, 2 / 3.0};
  const Matrix3 cross = {{{0, -u[2], u[1]}, {u[2], 0, -u[0]}, {-u[1], u[0], 0}}};
  Matrix3 r{};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) {
      r[i][j] = (i == j ? std::cos(angle) : 0) + std::sin(angle) * cross[i][j] + (1 - std::cos(angle)) * u[i] * u[j];
      if (reflected && j == 2) r[i][j] = -r[i][j];
    }
  return r;
}

std::vector<SpherePoint> turned(const Matrix3& r, const std::vector<SpherePoint>& points) {
  std::vector<SpherePoint> result;
  for (const SpherePoint& p : points) result.push_back(r * p);
  return result;
}

double error(const Matrix3& r, const std::vector<SpherePoint>& from, const std::vector<SpherePoint>& to) {
  double sum = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const SpherePoint x = r * from[i];
    for (std::size_t c = 0; c < 3; ++c) sum += (x[c] - to[i][c]) * (x[c] - to[i][c]);
  }
  return sum;
}

void check_orthogonal(const Matrix3& r) {
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      CHECK(r[i][0] * r[j][0] + r[i][1] * r[j][1] + r[i][2] * r[j][2] == doctest::Approx(i == j).epsilon(1e-12));
}

}  // namespace

TEST_CASE("globe_tsp alignment: rotations and reflections are found") {
  const std::vector<SpherePoint> points = random_points(20);
  for (const bool reflected : {false, true})
    for (const double angle : {0.0, 0.4, 2.0, 3.1}) {
      const Matrix3 truth = turn(angle, reflected);
      const Matrix3 found = best_rotation(points, turned(truth, points));
      check_orthogonal(found);
      for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j) CHECK(std::abs(found[i][j] - truth[i][j]) < 1e-7);
    }
}

TEST_CASE("globe_tsp alignment: no other turn is better for points that do not fit") {
  const std::vector<SpherePoint> points = random_points(20), other = random_points(23);
  const std::vector<SpherePoint> to(other.begin() + 3, other.end());
  const Matrix3 found = best_rotation(points, to);
  check_orthogonal(found);
  const double least = error(found, points, to);
  for (const bool reflected : {false, true})
    for (int i = 1; i < 60; ++i) CHECK(error(turn(0.1 * i, reflected), points, to) > least - 1e-6);
}

TEST_CASE("globe_tsp alignment: points that leave directions open") {
  const std::vector<SpherePoint> to = random_points(3);
  const Matrix3 same = best_rotation({{0, 0, 1}, {0, 0, 1}, {0, 0, 1}}, to);
  check_orthogonal(same);
  CHECK(error(same, {{0, 0, 1}}, {{0, 0, 1}}) <= 4);
  check_orthogonal(best_rotation({}, {}));
  check_orthogonal(best_rotation({{0, 0, 0}}, {{0, 0, 0}}));
}

TEST_CASE("globe_tsp alignment: errors in kilometres") {
  World world;
  for (int i = 0; i < 5; ++i) {
    world.capitals.push_back({"AA", "country", "city", 10.0 * i - 20, 70.0 * i - 140, true});
    world.positions.push_back(position_of(world.capitals.back()));
  }
  Tensor places(Shape{5, 3});
  for (std::int64_t i = 0; i < 15; ++i)
    places[i] = static_cast<real>(world.positions[static_cast<std::size_t>(i / 3)][static_cast<std::size_t>(i % 3)]);
  for (std::int64_t i = 2; i < 15; i += 3) places[i] = -places[i];  // a mirror image
  const Alignment exact = align(places, world);
  CHECK(exact.median_error_km < 5);  // rounding to float
  CHECK(exact.errors_km.size() == 5);
  std::copy_n(places.data(), 3, places.data() + 3);
  const Alignment shifted = align(places, world);
  CHECK(shifted.errors_km[1] > 1000);
  CHECK(shifted.median_error_km == median(shifted.errors_km));

  CHECK(median({3, 1, 2}) == 2);
  CHECK(median({4, 1, 2, 3}) == 2.5);
  CHECK_THROWS_AS(median({}), ValueError);
}
