#pragma once
#include <doctest/doctest.h>

#include <cotape/engine/kernels/matrix_view.h>

#include <algorithm>
#include <cmath>

#include "../../normal_tensor.h"

namespace cotape {

inline real element(const Tensor& x, std::int64_t stride, bool transposed, std::int64_t row, std::int64_t column) {
  return transposed ? x[column * stride + row] : x[row * stride + column];
}

// Compares with three nested loops in double, for one set of sizes. Rows are `gap` numbers longer than needed; what
// lies in the gaps must not be touched.
template <class Product>
void check_product(Product product, std::int64_t m, std::int64_t n, std::int64_t k, bool ta, bool tb, bool accumulate,
                   std::int64_t gap) {
  const std::int64_t stride_a = (ta ? m : k) + gap, stride_b = (tb ? k : n) + gap, stride_c = n + gap;
  const Tensor a = normal_tensor({(ta ? k : m), stride_a}, 1), b = normal_tensor({(tb ? n : k), stride_b}, 2);
  const Tensor before = normal_tensor({m, stride_c}, 3);
  Tensor c = before;
  product(m, n, k, MatrixView{a.data(), stride_a, ta}, MatrixView{b.data(), stride_b, tb}, c.data(), stride_c,
          accumulate);
  double worst = 0;
  bool gaps_kept = true;
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      double sum = accumulate ? static_cast<double>(before[i * stride_c + j]) : 0;
      for (std::int64_t l = 0; l < k; ++l)
        sum +=
            static_cast<double>(element(a, stride_a, ta, i, l)) * static_cast<double>(element(b, stride_b, tb, l, j));
      worst = std::max(worst, std::abs(static_cast<double>(c[i * stride_c + j]) - sum));
    }
    for (std::int64_t j = n; j < stride_c; ++j) gaps_kept &= c[i * stride_c + j] == before[i * stride_c + j];
  }
  CAPTURE(m);
  CAPTURE(n);
  CAPTURE(k);
  CAPTURE(ta);
  CAPTURE(tb);
  CHECK(worst < 2e-6 * std::sqrt(static_cast<double>(k) + 1) * 4);  // float; terms are of size one
  CHECK(gaps_kept);
}

}  // namespace cotape
