#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/shape.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/engine/kernels/rows.h>

#include <algorithm>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::int64_t partial_sums = 16;  // that do not depend on each other, so that the compiler can vectorise
constexpr std::int64_t row_block = 4096;   // numbers that are summed in `real`; sums of blocks are added in double
constexpr std::int64_t column_block = 256;
constexpr std::int64_t row_run = 1024;  // rows that are added up before their sum is added to the total

// Σ term(i) over begin ≤ i < end.
template <class Term>
double sum_block(std::int64_t begin, std::int64_t end, Term term) {
  real sums[partial_sums] = {};
  std::int64_t i = begin;
  for (; i + partial_sums <= end; i += partial_sums)
    for (std::int64_t j = 0; j < partial_sums; ++j) sums[j] += term(i + j);
  for (std::int64_t j = 0; i < end; ++i, ++j) sums[j] += term(i);
  double sum = 0;
  for (const real partial : sums) sum += static_cast<double>(partial);
  return sum;
}

template <class Term>
double sum_row(std::int64_t begin, std::int64_t end, Term term) {
  double sum = 0;
  for (std::int64_t i = begin; i < end; i += row_block) sum += sum_block(i, std::min(end, i + row_block), term);
  return sum;
}

template <class Term>
double sum_terms(std::int64_t n, Term term) {
  return parallel_sum(n, elementwise_block,
                      [&](std::int64_t begin, std::int64_t end) { return sum_row(begin, end, term); });
}

// sums[i] += Σ_r x[r, i] over rows that are `stride` apart, for at most column_block columns.
void add_rows(real* sums, const real* x, std::int64_t rows, std::int64_t columns, std::int64_t stride) {
  real run[column_block];
  std::fill_n(run, columns, real(0));
  for (std::int64_t r = 0; r < rows; ++r) {
    const real* row = x + r * stride;
    for (std::int64_t i = 0; i < columns; ++i) run[i] += row[i];
  }
  for (std::int64_t i = 0; i < columns; ++i) sums[i] += run[i];
}

}  // namespace

void add_to(Tensor& target, const Tensor& x) {
  parallel_for(x.size(), elementwise_block, [&](std::int64_t begin, std::int64_t end) {
    real* t = target.data();
    const real* s = x.data();
    for (std::int64_t i = begin; i < end; ++i) t[i] += s[i];
  });
}

double sum_of(const real* x, std::int64_t n) {
  return sum_terms(n, [x](std::int64_t i) { return x[i]; });
}

double sum_of_squares(const real* x, std::int64_t n) {
  const double squares = sum_terms(n, [x](std::int64_t i) { return x[i] * x[i]; });
  if (is_ordinary_square(static_cast<real>(squares))) return squares;
  // Some squares may have overflowed or vanished in `real`.
  return parallel_sum(n, elementwise_block, [x](std::int64_t begin, std::int64_t end) {
    double sum = 0;
    for (std::int64_t i = begin; i < end; ++i) sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
    return sum;
  });
}

double sum_of_products(const real* x, const real* y, std::int64_t n) {
  return sum_terms(n, [x, y](std::int64_t i) { return x[i] * y[i]; });
}

void sum_middle(real* target, const real* x, const AxisView& view) {
  if (view.inner == 1) {
    if (view.outer == 1) {
      *target = static_cast<real>(sum_of(x, view.size));
      return;
    }
    const std::int64_t rows = std::max<std::int64_t>(1, elementwise_block / std::max<std::int64_t>(1, view.size));
    parallel_for(view.outer, rows, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t o = begin; o < end; ++o)
        target[o] =
            static_cast<real>(sum_row(0, view.size, [row = x + o * view.size](std::int64_t i) { return row[i]; }));
    });
    return;
  }
  const std::int64_t columns = (view.inner + column_block - 1) / column_block;
  parallel_for(view.outer * columns, 1 + elementwise_block / (view.size * std::min(view.inner, column_block) + 1),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t part = begin; part < end; ++part) {
                   const std::int64_t o = part / columns;
                   const std::int64_t first = part % columns * column_block;
                   const std::int64_t n = std::min(column_block, view.inner - first);
                   real* sums = target + o * view.inner + first;
                   std::fill(sums, sums + n, real(0));
                   for (std::int64_t r = 0; r < view.size; r += row_run)
                     add_rows(sums, x + (o * view.size + r) * view.inner + first, std::min(row_run, view.size - r), n,
                              view.inner);
                 }
               });
}

void sum_to(Tensor& target, const Tensor& full, std::pmr::memory_resource* memory) {
  const Shape& to = target.shape();
  const int missing = full.shape().rank() - to.rank();
  Shape sizes = full.shape();
  const auto repeated = [&](int axis) { return sizes[axis] != 1 && (axis < missing || to[axis - missing] == 1); };
  const auto next_repeated = [&](int axis) {
    while (axis >= 0 && !repeated(axis)) --axis;
    return axis;
  };

  // Groups of neighbouring repeated axes are summed one after the other, the last group first.
  Tensor partial;
  const real* source = full.data();
  int last = next_repeated(full.shape().rank() - 1);
  if (last < 0) return target.copy_from(full);
  while (last >= 0) {
    AxisView view;
    int axis = sizes.rank() - 1;
    for (; axis > last; --axis) view.inner *= sizes[axis];
    for (; axis >= 0 && (repeated(axis) || sizes[axis] == 1); --axis) {
      view.size *= sizes[axis];
      sizes = sizes.with(axis, 1);
    }
    last = next_repeated(axis);
    for (; axis >= 0; --axis) view.outer *= sizes[axis];
    if (last < 0) return sum_middle(target.data(), source, view);
    Tensor sums = Tensor::uninitialized(Shape{view.outer * view.inner}, memory);
    sum_middle(sums.data(), source, view);
    partial = std::move(sums);
    source = partial.data();
  }
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
