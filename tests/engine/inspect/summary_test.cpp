#include <doctest/doctest.h>

#include <cotape/engine/inspect/summary.h>

#include <limits>
#include <numeric>

using namespace cotape;

namespace {

constexpr real infinity = std::numeric_limits<real>::infinity();
constexpr real not_a_number = std::numeric_limits<real>::quiet_NaN();

Tensor counting(const Shape& shape) {
  Tensor x(shape);
  std::iota(x.values().begin(), x.values().end(), real(0));
  return x;
}

int level(const HeatMap& map, std::int64_t row, std::int64_t column) {
  return static_cast<unsigned char>(map.bytes[static_cast<std::size_t>(row * map.columns + column)]);
}

}  // namespace

TEST_CASE("statistics: of the finite elements, with counts of zeros and of others") {
  const Statistics s = statistics(Tensor({5}, {3, 0, -4, not_a_number, infinity}));
  CHECK(s.size == 5);
  CHECK(s.zeros == 1);
  CHECK(s.not_finite == 2);
  CHECK(s.minimum == -4);
  CHECK(s.maximum == 3);
  CHECK(s.mean == doctest::Approx(-1.0 / 3));
  CHECK(s.norm == 5);
  CHECK_FALSE(s.all_zero());
  CHECK(statistics(Tensor({2, 2})).all_zero());
  CHECK_FALSE(statistics(Tensor({0, 3})).all_zero());
  const Statistics none = statistics(Tensor({2}, {not_a_number, infinity}));
  CHECK(none.not_finite == 2);
  CHECK(none.minimum == 0);
  CHECK(none.norm == 0);
}

TEST_CASE("histogram: equal bins from the minimum to the maximum, which belongs to the last") {
  const Tensor x({8}, {0, 1, 2, 3, 4, 4, not_a_number, 1.5});
  CHECK(histogram(x, statistics(x), 4) == std::vector<std::int64_t>{1, 2, 1, 3});
  const Tensor same({3}, {2, 2, 2}), bad({1}, {not_a_number});
  CHECK(histogram(same, statistics(same), 4) == std::vector<std::int64_t>{3});
  CHECK(histogram(bad, statistics(bad), 4).empty());
}

TEST_CASE("heat_map: a matrix as it is, levels from 0 to 254, 255 where not finite") {
  HeatMap map = heat_map(Tensor({2, 3}, {0, 1, 2, 3, 4, not_a_number}), 64, true);
  CHECK(map.rows == 2);
  CHECK(map.columns == 3);
  CHECK(map.low == 0);
  CHECK(map.high == 4);
  CHECK(map.part == "");
  CHECK(level(map, 0, 0) == 0);
  CHECK(level(map, 0, 2) == 127);
  CHECK(level(map, 1, 1) == 254);
  CHECK(level(map, 1, 2) == 255);
  CHECK(heat_map(Tensor::scalar(1), 64, true).bytes.empty());
  CHECK(heat_map(Tensor({0, 4}), 64, true).bytes.empty());
  map = heat_map(Tensor({2, 2}, 7), 64, true);
  CHECK(map.low == 7);
  CHECK(map.bytes == std::string(4, '\0'));
}

TEST_CASE("heat_map: large matrices are averaged over blocks") {
  const HeatMap map = heat_map(counting({4, 8}), 2, true);
  CHECK(map.rows == 2);
  CHECK(map.columns == 2);
  CHECK(map.low == 5.5);    // mean of 0 … 3 and 8 … 11
  CHECK(map.high == 25.5);  // mean of 20 … 23 and 28 … 31
}

TEST_CASE("heat_map: what is shown of vectors, images, samples and weights") {
  CHECK(heat_map(counting({5}), 8, true).rows == 1);
  const HeatMap lines = heat_map(counting({24}), 8, true);
  CHECK(lines.rows == 3);
  CHECK(lines.columns == 8);
  CHECK(lines.part == "in lines");

  const HeatMap image = heat_map(counting({2, 4, 5, 3}), 8, true);
  CHECK(image.rows == 4);
  CHECK(image.columns == 5);
  CHECK(image.low == 1);  // mean of the first pixel's channels 0, 1, 2
  CHECK(image.part == "example 0, mean of 3 channels");
  const HeatMap samples = heat_map(counting({2, 3, 4, 4}), 8, true);
  CHECK(samples.rows == 4);
  CHECK(samples.high == 15);
  CHECK(samples.part == "example 0, sample 0");
  CHECK(heat_map(counting({2, 4, 5}), 8, true).part == "example 0");
  const HeatMap weight = heat_map(counting({3, 2, 4}), 8, false);
  CHECK(weight.rows == 6);
  CHECK(weight.columns == 4);
}
