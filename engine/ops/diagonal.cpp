#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/engine/kernels/strided_copy.h>
#include <cotape/engine/ops/diagonal.h>
#include <cotape/engine/ops/rearrange.h>
#include <cotape/engine/tape/record.h>

#include <algorithm>
#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// A batch of matrices, and how long their diagonals are.
struct Matrices {
  std::int64_t count, rows, columns;

  std::int64_t length() const { return std::min(rows, columns); }
};

Matrices matrices_of(const Shape& shape) {
  if (shape.rank() < 2) fail<ShapeError>("shape ", shape, " has fewer than two axes");
  return {view_around(shape, -2).outer, shape[-2], shape[-1]};
}

void write_diagonals(Tensor& matrices, const Tensor& diagonals) {
  const Matrices m = matrices_of(matrices.shape());
  matrices.fill(0);
  const StridedAxis axes[] = {{m.count, m.rows * m.columns, m.length()}, {m.length(), m.columns + 1, 1}};
  strided_copy(matrices.data(), diagonals.data(), axes);
}

void read_diagonals(Tensor& diagonals, const Tensor& matrices) {
  const Matrices m = matrices_of(matrices.shape());
  const StridedAxis axes[] = {{m.count, m.length(), m.rows * m.columns}, {m.length(), 1, m.columns + 1}};
  strided_copy(diagonals.data(), matrices.data(), axes);
}

// The columns begin ≤ j < end of a row.
struct Columns {
  std::int64_t begin, end;
};

// Copies the columns of row i that kept(i, number of columns) names, and sets the others to 0.
template <class Kept>
void copy_kept(Tensor& to, const Tensor& from, Kept kept) {
  const Matrices m = matrices_of(from.shape());
  for_rows(m.count * m.rows, m.columns, [&](std::int64_t row) {
    const Columns keep = kept(row % m.rows, m.columns);
    const real* x = from.data() + row * m.columns;
    real* y = to.data() + row * m.columns;
    std::fill(y, y + keep.begin, real(0));
    std::copy(x + keep.begin, x + keep.end, y + keep.begin);
    std::fill(y + keep.end, y + m.columns, real(0));
  });
}

template <class Kept>
Var keep_triangle(const Op& op, Var x, Kept kept) {
  return with_var_vjps(record(
                           op, {x}, [&](Forward& c) { copy_kept(c.out(c.in(0).shape()), c.in(0), kept); },
                           [kept](Vjp& v) { copy_kept(v.dx, v.dy, kept); }),
                       [op, kept](const VarVjp& v) { return keep_triangle(op, v.dy, kept); });
}

// The first column of row i that is right of the diagonal at `offset`, held within the row; the offset is any number.
std::int64_t column_at(std::int64_t i, std::int64_t offset, std::int64_t columns) {
  return offset >= columns ? columns : std::clamp<std::int64_t>(i + std::max(offset, -i), 0, columns);
}

}  // namespace

Var diag(Var x) {
  return with_var_vjps(record(
                           {"diag", "dx = the diagonal of dy"}, {x},
                           [](Forward& c) {
                             const Shape& shape = c.in(0).shape();
                             if (shape.rank() < 1) fail<ShapeError>("a scalar has no axis to be a diagonal");
                             write_diagonals(c.out(shape.inserted(shape.rank(), shape[-1])), c.in(0));
                           },
                           [](Vjp& v) { read_diagonals(v.dx, v.dy); }),
                       [](const VarVjp& v) { return diagonal(v.dy); });
}

Var diagonal(Var x) {
  return with_var_vjps(record(
                           {"diagonal", "dx = dy on the diagonal, 0 elsewhere"}, {x},
                           [](Forward& c) {
                             const Shape& shape = c.in(0).shape();
                             const Matrices m = matrices_of(shape);
                             read_diagonals(c.out(shape.without(-1).with(-1, m.length())), c.in(0));
                           },
                           [](Vjp& v) { write_diagonals(v.dx, v.dy); }),
                       [](const VarVjp& v) {
                         const Shape& shape = v.input(0).shape();
                         const std::int64_t n = v.dy.shape()[-1];
                         std::vector<PadWidth> widths(static_cast<std::size_t>(shape.rank()));
                         widths[widths.size() - 2].after = shape[-2] - n;
                         widths[widths.size() - 1].after = shape[-1] - n;
                         return pad(diag(v.dy), widths);
                       });
}

Var tril(Var x, std::int64_t offset) {
  return keep_triangle({"tril", "dx = dy in the lower triangle, 0 above"}, x,
                       [offset](std::int64_t i, std::int64_t columns) {
                         return Columns{0, column_at(i + 1, offset, columns)};
                       });
}

Var triu(Var x, std::int64_t offset) {
  return keep_triangle({"triu", "dx = dy in the upper triangle, 0 below"}, x,
                       [offset](std::int64_t i, std::int64_t columns) {
                         return Columns{column_at(i, offset, columns), columns};
                       });
}

Tensor causal_mask(std::int64_t n) {
  Tensor mask(Shape{n, n});
  for (std::int64_t i = 0; i < n; ++i)
    std::fill(mask.data() + i * n + i + 1, mask.data() + (i + 1) * n, -std::numeric_limits<real>::infinity());
  return mask;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
