#include <cotape/solvers/kit/lane_array.h>

#include <doctest/doctest.h>

#include <cstdint>

using namespace cotape;

TEST_CASE("lane_array: starts at a multiple of 64 bytes, has whole registers and keeps its memory") {
  CHECK(padded_size<double>(0) == 0);
  CHECK(padded_size<double>(9) == 16);
  CHECK(padded_size<float>(16) == 16);
  LaneArray<double> array;
  array.assign(9, 2);
  CHECK(reinterpret_cast<std::uintptr_t>(array.data()) % 64 == 0);
  for (int i = 0; i < 16; ++i) CHECK(array[i] == 2);
  const double* const memory = array.data();
  array.assign(3, 1);
  CHECK(array.data() == memory);
  array.resize(16);
  CHECK(array.data() == memory);
  CHECK(array[7] == 1);
  CHECK(array[8] == 0);
}

TEST_CASE("lane_array: lanes are the numbers in memory") {
  LaneArray<std::int64_t> array;
  array.assign(16, 3);
  lanes_at(array.data() + 8) += 4;
  array[9] = 1;
  const LanesOf<std::int64_t> lanes = lanes_at(array.data() + 8);
  for (int i = 0; i < 8; ++i) {
    CHECK(array[i] == 3);
    CHECK(lanes[i] == (i == 1 ? 1 : 7));
  }
}

TEST_CASE("lane_array: every row of a matrix starts at a multiple of 64 bytes") {
  LaneMatrix matrix;
  matrix.assign(9, 5);
  CHECK(matrix.stride() == 16);
  for (int i = 0; i < 9; ++i) {
    CHECK(reinterpret_cast<std::uintptr_t>(matrix.row(i)) % 64 == 0);
    CHECK(matrix(i, 8) == 5);
    matrix(i, i) = i;
  }
  CHECK(matrix.row(8)[8] == 8);
  CHECK(matrix(8, 7) == 5);
  matrix.assign(3, 17, 2);  // not square
  CHECK(matrix.stride() == 24);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 24; ++j) CHECK(matrix(i, j) == 2);
}
