#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/engine/ops/compare.h>
#include <cotape/engine/ops/elementwise.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/tape/record.h>
#include <cotape/solvers/core/rule.h>
#include <cotape/solvers/perturb/projections.h>

#include <algorithm>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Number of elements of one instance.
std::int64_t instance_size(const Shape& shape, int axes) {
  if (axes < 1 || axes > shape.rank()) fail<ShapeError>("an instance of ", axes, " axes does not fit shape ", shape);
  std::int64_t size = 1;
  for (int axis = 1; axis <= axes; ++axis) size *= shape[-axis];
  if (size == 0) fail<ShapeError>("shape ", shape, " has empty instances");
  return size;
}

// Subtracts the mean of n numbers from each. If all are equal they become exactly 0: what rounding would leave of them,
// unit_norm would blow up.
void center_row(const real* x, real* y, std::int64_t n) {
  const bool constant = std::all_of(x, x + n, [x](real value) { return value == x[0]; });
  const real count = static_cast<real>(n);
  real mean = constant ? x[0] : row_sum(x, n) / count;
  if (!std::isfinite(mean)) mean = row_total(n, [=](std::int64_t i) { return x[i] / count; });  // the sum overflowed
  for (std::int64_t i = 0; i < n; ++i) y[i] = x[i] - mean;
}

// to = from − mean of each instance.
void subtract_mean(Tensor& to, const Tensor& from, std::int64_t n) {
  for_rows(from.size() / n, n, [&](std::int64_t r) { center_row(from.data() + r * n, to.data() + r * n, n); });
}

// Row r of y becomes f of the real entries of x's row, side by side as in an instance without padding, and 0 elsewhere.
template <class F>
void on_real_entries(const Tensor& x, const Tensor& mask, Tensor& y, std::int64_t r, std::int64_t n, F f) {
  real* row = y.data() + r * n;
  std::int64_t size = 0;
  for (std::int64_t i = r * n; i < (r + 1) * n; ++i)
    if (mask[i] != 0) row[size++] = x[i];
  if (size > 0) f(row, size);
  for (std::int64_t i = n - 1; i >= 0; --i) row[i] = mask[r * n + i] != 0 ? row[--size] : real(0);
}

void subtract_mean_of_real(Tensor& to, const Tensor& from, const Tensor& mask, std::int64_t n) {
  for_rows(from.size() / n, n, [&](std::int64_t r) {
    on_real_entries(from, mask, to, r, n, [](real* row, std::int64_t size) { center_row(row, row, size); });
  });
}

// What unit_norm keeps of each instance: 1/‖x‖ = inverse / 2^exponent. The exponent is 0 unless ‖x‖² or 1/‖x‖ is too
// large or too small for a number.
struct RowScale {
  real inverse, exponent;
};

// y = x/‖x‖, n numbers that may lie in the same place; 0 where x is.
RowScale normalise_row(const real* x, real* y, std::int64_t n) {
  const real square = row_dot(x, x, n);
  const int exponent = square_exponent(square, n, [x](std::int64_t i) { return x[i]; });
  if (exponent != 0) {
    for (std::int64_t i = 0; i < n; ++i) y[i] = std::scalbn(x[i], -exponent);
    return {normalise_row(y, y, n).inverse, static_cast<real>(exponent)};
  }
  const real length = std::sqrt(square), inverse = length > 0 ? 1 / length : 0;
  for (std::int64_t i = 0; i < n; ++i) y[i] = x[i] * inverse;
  return {inverse, 0};
}

// x ← x/2^exponent
void divide_by_power(real* x, std::int64_t n, real exponent) {
  if (exponent == 0) return;
  for (std::int64_t i = 0; i < n; ++i) x[i] = std::scalbn(x[i], -static_cast<int>(exponent));
}

// to = from − ⟨a, from⟩a of each instance.
void subtract_along(Tensor& to, const Tensor& from, const Tensor& a) {
  const std::int64_t n = a.size();
  for_rows(from.size() / n, n, [&](std::int64_t r) {
    const real* x = from.data() + r * n;
    real* y = to.data() + r * n;
    const real along = row_dot(a.data(), x, n);
    for (std::int64_t i = 0; i < n; ++i) y[i] = x[i] - along * a[i];
  });
}

// Instances as rows, for values in ops.
Var instances(const Var& x, int axes) {
  const std::int64_t n = instance_size(x.shape(), axes);
  return reshape(x, {x.shape().size() / n, n});
}

// Rows of length 1; a row of zeros stays.
Var unit_rows(const Var& x) {
  const Var squares = sum(square(x), 1, true);
  return x * rsqrt(where(equal(squares, 0), number(x, 1), squares));
}

// The real entries of rows, 0 elsewhere.
Var real_entries(const Var& mask, const Var& x) { return where(reshape(mask, x.shape()), x, number(x, 0)); }

}  // namespace

Var center(Var x, int axes) {
  return with_value_in_ops(record(
                               {"center", "dx = dy − mean dy"}, {x},
                               [axes](Forward& c) {
                                 const Tensor& in = c.in(0);
                                 const std::int64_t n = instance_size(in.shape(), axes);
                                 subtract_mean(c.out(in.shape()), in, n);
                               },
                               [axes](Vjp& v) { subtract_mean(v.dx, v.dy, instance_size(v.dy.shape(), axes)); }),
                           [axes](const VarVjp& v) {
                             const Var rows = instances(v.input(0), axes);
                             return reshape(rows - mean(rows, 1, true), v.y.shape());
                           });
}

Var orthogonal_to(Var x, const Tensor& a, int axes) {
  return with_value_in_ops(
      record(
          {"orthogonal_to", "dx = dy − ⟨a, dy⟩a"}, {x},
          [&](Forward& c) {
            const Tensor& in = c.in(0);
            if (instance_size(in.shape(), axes) != a.size())
              fail<ShapeError>("normal ", a.shape(), " for instances of shape ", in.shape(), " (last ", axes, " axes)");
            const real length = std::sqrt(row_dot(a.data(), a.data(), a.size()));
            if (!(std::abs(length - 1) < real(1e-4))) fail<ValueError>("the normal has length ", length, ", not 1");
            Tensor &y = c.out(in.shape()), &normal = c.save(a.shape());
            normal.copy_from(a);
            subtract_along(y, in, normal);
          },
          [](Vjp& v) { subtract_along(v.dx, v.dy, v.saved(0)); }),
      [axes](const VarVjp& v) {
        const Var rows = instances(v.input(0), axes), normal = reshape(v.saved(0), {rows.shape()[1]});
        return reshape(rows - normal * sum(normal * rows, 1, true), v.y.shape());
      });
}

Var unit_norm(Var x, int axes) {
  return with_value_in_ops(
      record(
          {"unit_norm", "dx = (dy − ⟨y, dy⟩y) / ‖x‖"}, {x},
          [axes](Forward& c) {
            const Tensor& in = c.in(0);
            const std::int64_t n = instance_size(in.shape(), axes);
            Tensor &y = c.out(in.shape()), &scales = c.save(Shape{in.size() / n, 2});
            for_rows(in.size() / n, n, [&](std::int64_t r) {
              const RowScale scale = normalise_row(in.data() + r * n, y.data() + r * n, n);
              scales[2 * r] = scale.inverse;
              scales[2 * r + 1] = scale.exponent;
            });
          },
          [axes](Vjp& v) {
            const Tensor& scales = v.saved(0);
            const std::int64_t n = instance_size(v.y.shape(), axes);
            for_rows(v.y.size() / n, n, [&](std::int64_t r) {
              const real *y = v.y.data() + r * n, *dy = v.dy.data() + r * n;
              const real along = row_dot(y, dy, n), inverse = scales[2 * r], exponent = scales[2 * r + 1];
              real* dx = v.dx.data() + r * n;
              for (std::int64_t i = 0; i < n; ++i) dx[i] = (dy[i] - along * y[i]) * inverse;
              divide_by_power(dx, n, exponent);
            });
          }),
      [axes](const VarVjp& v) { return reshape(unit_rows(instances(v.input(0), axes)), v.y.shape()); });
}

Var center(Var x, const Tensor& mask, int axes) {
  return with_value_in_ops(
      record(
          {"center_padded", "dx = dy − mean dy over the real entries"}, {x},
          [&](Forward& c) {
            const Tensor& in = c.in(0);
            Tensor &y = c.out(in.shape()), &kept = c.save(mask.shape());
            kept.copy_from(mask);
            subtract_mean_of_real(y, in, kept, instance_size(in.shape(), axes));
          },
          [axes](Vjp& v) { subtract_mean_of_real(v.dx, v.dy, v.saved(0), instance_size(v.dy.shape(), axes)); }),
      [axes](const VarVjp& v) {
        const Var rows = instances(v.input(0), axes), real_places = v.saved(0);
        const Var count = maximum(sum(reshape(real_places, rows.shape()), 1, true), number(rows, 1));
        const Var means = sum(real_entries(real_places, rows), 1, true) / count;
        return reshape(real_entries(real_places, rows - means), v.y.shape());
      });
}

Var unit_norm(Var x, const Tensor& mask, int axes) {
  return with_value_in_ops(
      record(
          {"unit_norm_padded", "dx = (dy − ⟨y, dy⟩y) / ‖x‖ over the real entries"}, {x},
          [&](Forward& c) {
            const Tensor& in = c.in(0);
            const std::int64_t n = instance_size(in.shape(), axes);
            Tensor &y = c.out(in.shape()), &kept = c.save(mask.shape()), &scales = c.save(Shape{in.size() / n, 2});
            kept.copy_from(mask);
            scales.fill(0);
            for_rows(in.size() / n, n, [&](std::int64_t r) {
              on_real_entries(in, kept, y, r, n, [&](real* row, std::int64_t size) {
                const RowScale scale = normalise_row(row, row, size);
                scales[2 * r] = scale.inverse;
                scales[2 * r + 1] = scale.exponent;
              });
            });
          },
          [axes](Vjp& v) {
            const Tensor &kept = v.saved(0), &scales = v.saved(1);
            const std::int64_t n = instance_size(v.y.shape(), axes);
            for_rows(v.y.size() / n, n, [&](std::int64_t r) {
              const real inverse = scales[2 * r], exponent = scales[2 * r + 1];
              real along = 0;
              for (std::int64_t i = r * n; i < (r + 1) * n; ++i) along += kept[i] != 0 ? v.y[i] * v.dy[i] : 0;
              for (std::int64_t i = r * n; i < (r + 1) * n; ++i)
                v.dx[i] = kept[i] != 0 ? (v.dy[i] - along * v.y[i]) * inverse : 0;
              divide_by_power(v.dx.data() + r * n, n, exponent);
            });
          }),
      [axes](const VarVjp& v) {
        return reshape(unit_rows(real_entries(v.saved(0), instances(v.input(0), axes))), v.y.shape());
      });
}

Var standardize(Var x, int axes) { return unit_norm(center(x, axes), axes); }

namespace {

bool centers(Projection projection) {
  return projection == Projection::center || projection == Projection::standardize;
}

void check_invariance(Projection projection, const SolverTraits& solver) {
  if (centers(projection) && !solver.constant_sum)
    fail<ValueError>("project: solutions of ", solver.name,
                     " differ in their sum, so centring would change its answers");
  if ((projection == Projection::unit_norm || projection == Projection::standardize) && !solver.scale_invariant)
    fail<ValueError>("project: answers of ", solver.name,
                     " depend on the scale of the scores, which unit norm removes");
}

}  // namespace

Var project(Var scores, Projection projection, const SolverTraits& solver) {
  check_invariance(projection, solver);
  const int axes = solver.shape.rank();
  switch (projection) {
    case Projection::none:
      return scores;
    case Projection::center:
      return center(scores, axes);
    case Projection::unit_norm:
      return unit_norm(scores, axes);
    case Projection::standardize:
      return standardize(scores, axes);
  }
  return scores;
}

Var project(Var scores, Projection projection, const BatchOracle& oracle) {
  if (projection != Projection::none) check_finite_scores(scores, oracle);
  if (projection == Projection::none || !oracle.padded()) return project(scores, projection, oracle.traits());
  check_invariance(projection, oracle.traits());
  oracle.check(scores.shape());
  const int axes = oracle.traits().shape.rank();
  const Var mask = scores.tape().constant(scores.shape(), [&](Tensor& out) { oracle.fill_mask(out); });
  const Var centered = centers(projection) ? center(scores, mask.value(), axes) : scores;
  return projection == Projection::center ? centered : unit_norm(centered, mask.value(), axes);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
