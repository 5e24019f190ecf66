#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/engine/ops/distance.h>
#include <cotape/engine/tape/record.h>

#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {

Var norm(Var x) {
  return record(
      {"norm", "dx = dy x / y"}, {x},
      [](Forward& c) {
        const Tensor& in = c.in(0);
        if (in.shape().rank() < 1) fail<ShapeError>("a scalar has no axis to take the norm along");
        const std::int64_t n = in.shape()[-1];
        Tensor& y = c.out(in.shape().without(-1));
        for_rows(y.size(), n,
                 [&](std::int64_t r) { y[r] = std::sqrt(row_dot(in.data() + r * n, in.data() + r * n, n)); });
      },
      [](Vjp& v) {
        const std::int64_t n = v.dx.shape()[-1];
        for_rows(v.y.size(), n, [&](std::int64_t r) {
          const real factor = v.y[r] > 0 ? v.dy[r] / v.y[r] : 0;
          for (std::int64_t i = r * n; i < (r + 1) * n; ++i) v.dx[i] = factor * v.input(0)[i];
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
            const real factor = (v.dy[row * n + j] + v.dy[(first + j) * n + i]) / distance;
            for (std::int64_t e = 0; e < d; ++e) dx[e] += factor * (points[i * d + e] - points[j * d + e]);
          }
        });
      });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
