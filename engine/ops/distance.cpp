#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/engine/ops/distance.h>
#include <cotape/engine/tape/record.h>

#include <algorithm>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Whether dy x / length is (dy / length) x. Otherwise the quotient overflowed or lost digits, and x / length comes
// first.
bool can_divide_first(real dy, real quotient) { return dy == 0 || std::isnormal(quotient); }

}  // namespace

Var norm(Var x) {
  return record(
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
      });
}

Var pairwise_distances(Var x) {
  return record(
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
              for (std::int64_t e = 0; e < d; ++e) dx[e] += dy * ((points[i * d + e] - points[j * d + e]) / distance);
          }
        });
      });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
