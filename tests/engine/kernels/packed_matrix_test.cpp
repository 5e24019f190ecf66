#include <doctest/doctest.h>

#include <cotape/engine/kernels/packed_matrix.h>

#include "../../near.h"
#include "../../normal_tensor.h"

using namespace cotape;

TEST_CASE("packed matrix: products of all numbers of rows and columns are those of gemm") {
  for (const std::int64_t m : {1, 2, 7, 15, 16, 21})
    for (const std::int64_t n : {1, 3, 31, 32, 33, 100})
      for (const std::int64_t k : {1, 5, 64})
        for (const bool transposed : {false, true}) {
          const Tensor a = normal_tensor({m, k}, 1), b = normal_tensor({k, n}, 2), start = normal_tensor({n}, 3);
          const MatrixView matrix{b.data(), transposed ? k : n, transposed};
          Tensor expected({m, n}), product({m, n}), started({m, n});
          gemm(m, n, k, {a.data(), k}, matrix, expected.data(), n);
          const PackedMatrix packed(k, n, matrix, std::pmr::new_delete_resource());
          packed.multiply(m, a.data(), k, nullptr, product.data(), n);
          CHECK(relative_distance(product, expected) < 1e-5);
          for (std::int64_t i = 0; i < m * n; ++i) expected[i] += start[i % n];
          packed.multiply(m, a.data(), k, start.data(), started.data(), n);
          CHECK(relative_distance(started, expected) < 1e-5);
        }
}

TEST_CASE("packed matrix: rows apart in memory; nothing beside the result is written") {
  const std::int64_t m = 150, k = 4, n = 35, far = 50;
  const Tensor a = normal_tensor({m, far}, 1), b = normal_tensor({k, n}, 2);
  Tensor expected({m, n}), c({m, far}, 7);
  gemm(m, n, k, {a.data(), far}, {b.data(), n}, expected.data(), n);
  PackedMatrix(k, n, {b.data(), n}, std::pmr::new_delete_resource()).multiply(m, a.data(), far, nullptr, c.data(), far);
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t j = 0; j < far; ++j)
      CHECK(c.at({i, j}) == doctest::Approx(j < n ? expected.at({i, j}) : 7).epsilon(1e-4));
}

TEST_CASE("packed matrix: a row has the same bits whichever rows are beside it") {
  const std::int64_t m = 21, k = 37, n = 45;
  const Tensor a = normal_tensor({m, k}, 1), b = normal_tensor({k, n}, 2);
  const PackedMatrix packed(k, n, {b.data(), n}, std::pmr::new_delete_resource());
  Tensor all({m, n}), alone({1, n});
  packed.multiply(m, a.data(), k, nullptr, all.data(), n);
  for (std::int64_t i = 0; i < m; ++i) {
    packed.multiply(1, a.data() + i * k, k, nullptr, alone.data(), n);
    for (std::int64_t j = 0; j < n; ++j) CHECK(alone[j] == all.at({i, j}));
  }
}
