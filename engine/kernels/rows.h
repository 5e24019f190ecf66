#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

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

// Σ term(i) for i < n. Of a long row, blocks are summed in `real` and their sums in double.
template <class Term>
real row_total(std::int64_t n, Term term) {
  constexpr std::int64_t block = 4096;
  const auto add = [](real a, real b) { return a + b; };
  if (n <= block) return fold_row(n, 0, term, add);
  double total = 0;
  for (std::int64_t first = 0; first < n; first += block)
    total += static_cast<double>(fold_row(
        std::min(block, n - first), 0, [&term, first](std::int64_t i) { return term(first + i); }, add));
  return static_cast<real>(total);
}

inline real row_sum(const real* x, std::int64_t n) {
  return row_total(n, [x](std::int64_t i) { return x[i]; });
}

inline real row_dot(const real* x, const real* y, std::int64_t n) {
  return row_total(n, [x, y](std::int64_t i) { return x[i] * y[i]; });
}

// Whether a sum of squares that came out like this neither overflowed nor lost squares that vanished.
inline bool is_ordinary_square(real sum) {
  using Limits = std::numeric_limits<real>;
  return sum >= Limits::min() / Limits::epsilon() && sum <= Limits::max();
}

// Given `square`, how Σ term(i)² came out: 0 where that can be used, or else the e for which term(i)/2ᵉ can be squared
// without overflow and without squares that vanish, because the largest of them lies in [1, 2).
template <class Term>
int square_exponent(real square, std::int64_t n, Term term) {
  if (is_ordinary_square(square)) return 0;
  real top = 0;
  for (std::int64_t i = 0; i < n; ++i) top = std::max(top, std::abs(term(i)));
  return top > 0 && top <= std::numeric_limits<real>::max() ? std::ilogb(top) : 0;
}

// √Σ term(i)², given `square`, how the sum came out: right also where squares leave the range of numbers. Scaling by
// powers of two is exact, so that either way gives the same bits where both can be taken.
template <class Term>
real root_of_squares(real square, std::int64_t n, Term term) {
  const int exponent = square_exponent(square, n, term);
  if (exponent == 0) return std::sqrt(square);
  const auto scaled_square = [&term, exponent](std::int64_t i) {
    const real scaled = std::scalbn(term(i), -exponent);
    return scaled * scaled;
  };
  return std::scalbn(std::sqrt(row_total(n, scaled_square)), exponent);
}

// ‖x‖₂, for numbers of any size.
inline real row_norm(const real* x, std::int64_t n) {
  return root_of_squares(row_dot(x, x, n), n, [x](std::int64_t i) { return x[i]; });
}

inline real row_max(const real* x, std::int64_t n) {
  return fold_row(
      n, x[0], [x](std::int64_t i) { return x[i]; }, [](real a, real b) { return b > a ? b : a; });
}

// log Σ eˣ of a row in two parts that are never added: beside a large maximum the logarithm would be lost in rounding.
struct LogNormaliser {
  real top;      // the largest x
  real log_sum;  // log Σ e^(x − top)

  // log softmax(x) of one x of the row.
  real log_share(real x) const { return (x - top) - log_sum; }
};

// y = softmax(x). The row has at least one number.
inline LogNormaliser row_softmax(real* y, const real* x, std::int64_t n) {
  const real top = row_max(x, n);
  for (std::int64_t i = 0; i < n; ++i) y[i] = vexp(x[i] - top);
  const real total = row_sum(y, n);
  for (std::int64_t i = 0; i < n; ++i) y[i] /= total;
  return {top, vlog(total)};
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
