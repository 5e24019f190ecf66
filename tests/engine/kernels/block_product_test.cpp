#include <doctest/doctest.h>

#include <cotape/engine/kernels/block_product.h>

#include <limits>

#include "../../normal_tensor.h"
#include "check_product.h"

using namespace cotape;

namespace {

void check_block(std::int64_t m, std::int64_t n, std::int64_t k, std::int64_t gap) {
  for (const bool ta : {false, true})
    for (const bool tb : {false, true})
      for (const bool accumulate : {false, true}) check_product(block_product, m, n, k, ta, tb, accumulate, gap);
}

}  // namespace

TEST_CASE("block_product against three nested loops: every width of a panel and height of a tile, and their ends") {
  for (const std::int64_t n : {1, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 70}) check_block(11, n, 19, n % 3);
  for (const std::int64_t m : {1, 2, 5, 6, 7, 8, 9, 15, 31}) check_block(m, 21, 5, 1);
  for (const std::int64_t k : {0, 1, 3, 255, 256, 257, 530}) check_block(5, 18, k, 2);
  check_block(131, 40, 33, 0);  // b is laid out anew for so many rows
  check_block(131, 64, 300, 0);
}

TEST_CASE("block_product: a number of the result does not depend on what is computed beside it") {
  const std::int64_t m = 140, n = 70, k = 300;
  const Tensor a = normal_tensor({m, k}, 1), b = normal_tensor({k, n}, 2), b_turned = normal_tensor({n, k}, 3);
  for (const bool turned : {false, true}) {
    const MatrixView view_a{a.data(), k},
        view_b = turned ? MatrixView{b_turned.data(), k, true} : MatrixView{b.data(), n};
    Tensor whole({m, n}, 0), part({m, n}, 0);
    block_product(m, n, k, view_a, view_b, whole.data(), n);
    for (std::int64_t row = 0; row < m; row += 35)
      for (std::int64_t column = 0; column < n; column += 14)
        block_product(35, 14, k, view_a.from(row, 0), view_b.from(0, column), part.data() + row * n + column, n);
    CHECK(part == whole);
  }
}

TEST_CASE("block_product: what was in the result before does not matter, and NaN spreads to its row alone") {
  constexpr real nan = std::numeric_limits<real>::quiet_NaN();
  Tensor a = normal_tensor({9, 4}, 1);
  const Tensor b = normal_tensor({4, 20}, 2);
  Tensor clean({9, 20}, 0), dirty({9, 20}, nan);
  block_product(9, 20, 4, {a.data(), 4}, {b.data(), 20}, clean.data(), 20);
  block_product(9, 20, 4, {a.data(), 4}, {b.data(), 20}, dirty.data(), 20);
  CHECK(clean == dirty);
  a[3 * 4 + 1] = nan;
  block_product(9, 20, 4, {a.data(), 4}, {b.data(), 20}, dirty.data(), 20);
  for (std::int64_t i = 0; i < clean.size(); ++i) CHECK((i / 20 == 3 ? std::isnan(dirty[i]) : dirty[i] == clean[i]));
}
