#include <doctest/doctest.h>

#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/random.h>
#include <cotape/engine/kernels/gemm.h>

#include <array>
#include <cmath>
#include <limits>
#include <mutex>
#include <set>

#include "../../normal_tensor.h"
#include "check_product.h"

using namespace cotape;

namespace {

void check_gemm(std::int64_t m, std::int64_t n, std::int64_t k, bool ta, bool tb, bool accumulate, std::int64_t gap) {
  check_product([](auto... arguments) { gemm(arguments...); }, m, n, k, ta, tb, accumulate, gap);
}

}  // namespace

// With a limit of three instead of 2³¹ − 1, so that every way of cutting is taken.
TEST_CASE("blas_block cuts sizes and distances of rows that OpenBLAS cannot count") {
  for (const bool ta : {false, true})
    for (const bool tb : {false, true})
      for (const bool accumulate : {false, true})
        for (const auto& sizes : {std::array<std::int64_t, 3>{7, 5, 11}, {1, 9, 4}, {8, 1, 2}, {2, 3, 1}, {1, 1, 13}}) {
          const std::int64_t m = sizes[0], n = sizes[1], k = sizes[2];
          const std::int64_t stride_a = (ta ? m : k) + 2, stride_b = (tb ? k : n) + 2, stride_c = n + 2;
          Tensor a({(ta ? k : m), stride_a}), b({(tb ? n : k), stride_b}), whole({m, stride_c}, 4);
          for (std::int64_t i = 0; i < a.size(); ++i) a[i] = static_cast<real>(i % 7 - 3);  // sums of them are exact
          for (std::int64_t i = 0; i < b.size(); ++i) b[i] = static_cast<real>(i % 5 - 2);
          Tensor cut = whole;
          const MatrixView view_a{a.data(), stride_a, ta}, view_b{b.data(), stride_b, tb};
          blas_block(m, n, k, view_a, view_b, whole.data(), stride_c, accumulate);
          blas_block(m, n, k, view_a, view_b, cut.data(), stride_c, accumulate, 3);
          CAPTURE(m);
          CAPTURE(ta);
          CAPTURE(tb);
          CAPTURE(accumulate);
          CHECK(cut == whole);
        }
}

TEST_CASE("gemm against three nested loops: transposes, odd sizes, strides, accumulation") {
  for (const bool ta : {false, true})
    for (const bool tb : {false, true})
      for (const bool accumulate : {false, true})
        for (const std::int64_t gap : {0, 3}) {
          check_gemm(1, 1, 1, ta, tb, accumulate, gap);
          check_gemm(1, 7, 5, ta, tb, accumulate, gap);
          check_gemm(7, 1, 5, ta, tb, accumulate, gap);
          check_gemm(1, 300, 77, ta, tb, accumulate, gap);
          check_gemm(300, 1, 77, ta, tb, accumulate, gap);
          check_gemm(17, 23, 9, ta, tb, accumulate, gap);
          check_gemm(33, 2, 65, ta, tb, accumulate, gap);
          check_gemm(5, 6, 0, ta, tb, accumulate, gap);
        }
}

TEST_CASE("what was in the memory of a product does not matter") {
  constexpr real nan = std::numeric_limits<real>::quiet_NaN();
  const Tensor a = normal_tensor({6, 6}, 1), b = normal_tensor({6, 6}, 2);
  for (const std::int64_t m : {1, 6})
    for (const std::int64_t n : {1, 6})
      for (const std::int64_t k : {1, 6}) {
        Tensor clean({m, n}, 0), dirty({m, n}, nan);
        gemm(m, n, k, {a.data(), 6}, {b.data(), 6}, clean.data(), n);
        gemm(m, n, k, {a.data(), 6}, {b.data(), 6}, dirty.data(), n);
        CHECK(clean == dirty);
      }
}

TEST_CASE("gemm against three nested loops where it is cut into tiles") {
  for (const bool ta : {false, true})
    for (const bool tb : {false, true}) {
      check_gemm(301, 203, 151, ta, tb, false, 1);  // rows are cut
      check_gemm(67, 1009, 131, ta, tb, true, 0);   // columns are cut
      check_gemm(259, 263, 257, ta, tb, false, 0);  // both
    }
}

TEST_CASE("gemm without elements or inner size") {
  real c[] = {1, 2};
  const real none[] = {0};
  gemm(0, 2, 3, {none, 3}, {none, 2}, c, 2);
  gemm(1, 0, 3, {none, 3}, {none, 1}, c, 1);
  CHECK(c[0] == 1);
  gemm(1, 2, 0, {none, 1}, {none, 2}, c, 2, true);
  CHECK(c[0] == 1);
  gemm(1, 2, 0, {none, 1}, {none, 2}, c, 2, false);
  CHECK(c[0] == 0);
  CHECK(c[1] == 0);
}

TEST_CASE("gemm's tiles cover the result once, and each is finished when its tail runs") {
  const std::int64_t m = 301, n = 403, k = 151;
  const Tensor a({m, k}, real(1)), b({k, n}, real(1));
  Tensor c({m, n}), visits({m, n});
  std::mutex mutex;
  int tiles = 0;
  gemm(m, n, k, {a.data(), k}, {b.data(), n}, c.data(), n, false, [&](const Tile& tile) {
    const std::lock_guard lock(mutex);
    ++tiles;
    for (std::int64_t i = tile.row; i < tile.row + tile.rows; ++i)
      for (std::int64_t j = tile.column; j < tile.column + tile.columns; ++j)
        if (c.at({i, j}) == static_cast<real>(k)) visits.at({i, j}) += 1;
  });
  CHECK(tiles > 1);
  CHECK(visits == Tensor({m, n}, real(1)));
}

TEST_CASE("gemm's tiles depend on the sizes alone, not on the number of threads") {
  const Tensor a({301, 151}, real(1)), b({151, 403}, real(1));
  Tensor c({301, 403});
  const auto tiles = [&](int threads) {
    const ThreadLimit limit(threads);
    std::set<std::array<std::int64_t, 4>> seen;
    std::mutex mutex;
    gemm(301, 403, 151, {a.data(), 151}, {b.data(), 403}, c.data(), 403, false, [&](const Tile& tile) {
      const std::lock_guard lock(mutex);
      seen.insert({tile.row, tile.rows, tile.column, tile.columns});
    });
    return seen;
  };
  CHECK(tiles(1).size() > 1);
  CHECK(tiles(2) == tiles(1));
}
