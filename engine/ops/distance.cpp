#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/engine/ops/compare.h>
#include <cotape/engine/ops/distance.h>
#include <cotape/engine/ops/elementwise.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/tape/record.h>

#include <algorithm>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Whether dy x / length is (dy / length) x. Otherwise the quotient overflowed or lost digits, and x / length comes
// first.
bool can_divide_first(real dy, real quotient) { return dy == 0 || std::isnormal(quotient); }

// dx = dy (ẑ − y x̂) / length for each row x of this side and z of the other; without y x̂ where x is shorter than ε.
// The lengths, ε at least, are what the forward pass kept.
auto similarity_gradient(std::size_t other, real epsilon) {
  return [other, epsilon](Vjp& v) {
    const std::int64_t n = v.dx.shape()[-1];
    for_rows(v.y.size(), n, [&](std::int64_t r) {
      const real *x = v.input(v.index).data() + r * n, *z = v.input(other).data() + r * n;
      const real length = v.saved(v.index)[r], z_length = v.saved(other)[r], y = length > epsilon ? v.y[r] : 0;
      const real dy = v.dy[r], factor = dy / length;
      real* dx = v.dx.data() + r * n;
      for (std::int64_t i = 0; i < n; ++i) {
        const real across = z[i] / z_length - y * (x[i] / length);
        dx[i] = can_divide_first(dy, factor) ? factor * across : dy * (across / length);
      }
    });
  };
}

// One number for each row, as a column beside the rows.
Var column(Var x) { return reshape(x, x.shape().inserted(x.shape().rank(), 1)); }

}  // namespace

Var norm(Var x) {
  return with_var_vjps(record(
                           {"norm", "dx = dy x / y"}, {x},
                           [](Forward& c) {
                             const Tensor& in = c.in(0);
                             if (in.shape().rank() < 1) fail<ShapeError>("a scalar has no axis to take the norm along");
                             const std::int64_t n = in.shape()[-1];
                             Tensor& y = c.out(in.shape().without(-1));
                             for_rows(y.size(), n, [&](std::int64_t r) { y[r] = row_norm(in.data() + r * n, n); });
                           },
                           [](Vjp& v) {
                             const std::int64_t n = v.dx.shape()[-1];
                             for_rows(v.y.size(), n, [&](std::int64_t r) {
                               const real *from = v.input(0).data() + r * n, length = v.y[r];
                               real* dx = v.dx.data() + r * n;
                               if (length == 0) return void(std::fill_n(dx, n, real(0)));
                               const real dy = v.dy[r], factor = dy / length;
                               if (can_divide_first(dy, factor))
                                 for (std::int64_t i = 0; i < n; ++i) dx[i] = factor * from[i];
                               else
                                 for (std::int64_t i = 0; i < n; ++i) dx[i] = dy * (from[i] / length);
                             });
                           }),
                       [](const VarVjp& v) {
                         const Var length = where(equal(v.y, 0), number(v.y, 1), v.y);
                         return v.input(0) * column(v.dy / length);
                       });
}

Var pairwise_distances(Var x) {
  return with_value_in_ops(
      record(
          {"pairwise_distances", "dxᵢ = Σⱼ (dyᵢⱼ + dyⱼᵢ)(xᵢ − xⱼ) / yᵢⱼ"}, {x},
          [](Forward& c) {
            const Tensor& in = c.in(0);
            if (in.shape().rank() < 2) fail<ShapeError>("shape ", in.shape(), " is not [..., points, coordinates]");
            const std::int64_t n = in.shape()[-2], d = in.shape()[-1];
            Tensor& y = c.out(in.shape().with(-1, n));
            for_rows(y.size() / std::max<std::int64_t>(1, n), n * d, [&](std::int64_t row) {
              const real* points = in.data() + row / n * n * d;
              const real* a = points + row % n * d;
              for (std::int64_t j = 0; j < n; ++j) {
                real square = 0;
                for (std::int64_t e = 0; e < d; ++e) square += (a[e] - points[j * d + e]) * (a[e] - points[j * d + e]);
                y[row * n + j] = std::sqrt(square);
              }
              // Squares beyond the range of numbers: in a loop of its own, so that the one above vectorises.
              for (std::int64_t j = 0; j < n; ++j) {
                real& distance = y[row * n + j];
                if (is_ordinary_square(distance * distance)) continue;
                const auto difference = [a, b = points + j * d](std::int64_t e) { return a[e] - b[e]; };
                distance = root_of_squares(distance * distance, d, difference);
              }
            });
          },
          [](Vjp& v) {
            const std::int64_t n = v.dx.shape()[-2], d = v.dx.shape()[-1];
            for_rows(v.y.size() / std::max<std::int64_t>(1, n), n * d, [&](std::int64_t row) {
              const std::int64_t first = row / n * n, i = row % n;
              const real* points = v.input(0).data() + first * d;
              real* dx = v.dx.data() + row * d;
              std::fill_n(dx, d, real(0));
              for (std::int64_t j = 0; j < n; ++j) {
                const real distance = v.y[row * n + j];
                if (distance <= 0) continue;
                const real dy = v.dy[row * n + j] + v.dy[(first + j) * n + i], factor = dy / distance;
                if (can_divide_first(dy, factor))
                  for (std::int64_t e = 0; e < d; ++e) dx[e] += factor * (points[i * d + e] - points[j * d + e]);
                else
                  for (std::int64_t e = 0; e < d; ++e)
                    dx[e] += dy * ((points[i * d + e] - points[j * d + e]) / distance);
              }
            });
          }),
      [](const VarVjp& v) {
        const Var& all = v.input(0);
        const int points = all.shape().rank() - 2;
        const std::int64_t n = all.shape()[points];
        const Shape rows = all.shape().inserted(points + 1, 1), columns = all.shape().inserted(points, 1);
        return n == 0 ? v.y : norm(reshape(all, rows) - reshape(all, columns));
      });
}

Var cosine_similarity(Var a, Var b, int axis, real epsilon) {
  if (a.shape() != b.shape()) fail<ShapeError>("cosine_similarity: shapes differ: a ", a.shape(), " b ", b.shape());
  axis = axis_index("cosine_similarity", a.shape(), axis);
  return with_value_in_ops(
      record(
          {"cosine_similarity", "da = dy (b̂ − y â) / ‖a‖, db = dy (â − y b̂) / ‖b‖"},
          {move_axis(a, axis, -1), move_axis(b, axis, -1)},
          [epsilon](Forward& c) {
            if (!(epsilon > 0)) fail<ValueError>("ε = ", epsilon, " is not positive");
            const Tensor &x = c.in(0), &z = c.in(1);
            const std::int64_t n = x.shape()[-1];
            Tensor& y = c.out(x.shape().without(-1));
            Tensor &x_length = c.save(y.shape()), &z_length = c.save(y.shape());
            for_rows(y.size(), n, [&](std::int64_t r) {
              const real *p = x.data() + r * n, *q = z.data() + r * n;
              const real p_length = std::max(row_norm(p, n), epsilon), q_length = std::max(row_norm(q, n), epsilon);
              y[r] = row_total(n, [=](std::int64_t i) { return (p[i] / p_length) * (q[i] / q_length); });
              x_length[r] = p_length, z_length[r] = q_length;
            });
          },
          similarity_gradient(1, epsilon), similarity_gradient(0, epsilon)),
      [epsilon](const VarVjp& v) {
        const auto unit = [&](const Var& x) { return x / column(maximum(norm(x), number(x, epsilon))); };
        return sum(unit(v.input(0)) * unit(v.input(1)), -1);
      });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
