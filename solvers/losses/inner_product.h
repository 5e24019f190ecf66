#pragma once
#include <cstdint>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Σ x[i]·y[i] of one instance, in double: values of two solutions are compared, and may be nearly the same. Entries
// that are 0 in y count for nothing, whatever x holds there: padding may be anything.
inline double inner_product(const real* x, const real* y, std::int64_t n) {
  constexpr std::int64_t partial_sums = 8;  // that do not depend on each other, so that the compiler can vectorise
  double sums[partial_sums] = {};
  const auto term = [x, y](std::int64_t i) {
    return y[i] != 0 ? static_cast<double>(x[i]) * static_cast<double>(y[i]) : 0.0;
  };
  std::int64_t i = 0;
  for (; i + partial_sums <= n; i += partial_sums)
    for (std::int64_t j = 0; j < partial_sums; ++j) sums[j] += term(i + j);
  for (std::int64_t j = 0; i < n; ++i, ++j) sums[j] += term(i);
  double sum = 0;
  for (const double partial : sums) sum += partial;
  return sum;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
