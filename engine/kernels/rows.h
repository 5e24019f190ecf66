#pragma once
#include <cotape/engine/base/math.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/kernels/map.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Loops over rows of contiguous numbers, for ops along the last axis.

// Calls body(row) for every row, in parallel blocks of about elementwise_block numbers.
template <class Body>
void for_rows(std::int64_t rows, std::int64_t row_size, Body body) {
  parallel_for(rows, std::max<std::int64_t>(1, elementwise_block / std::max<std::int64_t>(1, row_size)),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t r = begin; r < end; ++r) body(r);
               });
}

// A row is reduced in so many partial results that do not depend on each other, so that the compiler can vectorise.
inline constexpr std::int64_t row_partials = 16;

// Joins term(0) … term(n − 1) and `start` by join(a, b), in an order that depends on n alone. `start` must not change
// the result: 0 for a sum, one of the terms for a maximum.
template <class Term, class Join>
real fold_row(std::int64_t n, real start, Term term, Join join) {
  real partials[row_partials];
  for (real& partial : partials) partial = start;
  std::int64_t i = 0;
  for (; i + row_partials <= n; i += row_partials)
    for (std::int64_t j = 0; j < row_partials; ++j) partials[j] = join(partials[j], term(i + j));
  for (std::int64_t j = 0; i < n; ++i, ++j) partials[j] = join(partials[j], term(i));
  for (std::int64_t width = row_partials / 2; width > 0; width /= 2)
    for (std::int64_t j = 0; j < width; ++j) partials[j] = join(partials[j], partials[j + width]);
  return partials[0];
}

inline real row_sum(const real* x, std::int64_t n) {
  return fold_row(
      n, 0, [x](std::int64_t i) { return x[i]; }, [](real a, real b) { return a + b; });
}

inline real row_dot(const real* x, const real* y, std::int64_t n) {
  return fold_row(
      n, 0, [x, y](std::int64_t i) { return x[i] * y[i]; }, [](real a, real b) { return a + b; });
}

inline real row_max(const real* x, std::int64_t n) {
  return fold_row(
      n, x[0], [x](std::int64_t i) { return x[i]; }, [](real a, real b) { return b > a ? b : a; });
}

// y = softmax(x), returns log Σ eˣ.
inline real row_softmax(real* y, const real* x, std::int64_t n) {
  const real top = row_max(x, n);
  for (std::int64_t i = 0; i < n; ++i) y[i] = vexp(x[i] - top);
  const real total = row_sum(y, n);
  for (std::int64_t i = 0; i < n; ++i) y[i] /= total;
  return top + vlog(total);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
