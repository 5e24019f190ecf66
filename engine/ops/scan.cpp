#include <cotape/engine/base/math.h>
#include <cotape/engine/kernels/lines.h>
#include <cotape/engine/ops/rearrange.h>
#include <cotape/engine/ops/scan.h>
#include <cotape/engine/tape/record.h>

#include <cmath>
#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {

Var cumsum(Var x, int axis) {
  return with_var_vjps(record(
                           {"cumsum", "dxᵢ = dyᵢ + dyᵢ₊₁ + …"}, {x},
                           [axis](Forward& c) {
                             const Tensor& in = c.in(0);
                             const AxisView view = view_around(in.shape(), axis);
                             Tensor& y = c.out(in.shape());
                             for_lines(view, [&](std::int64_t first, std::int64_t) {
                               double total = 0;
                               for (std::int64_t i = 0, at = first; i < view.size; ++i, at += view.inner)
                                 y[at] = static_cast<real>(total += static_cast<double>(in[at]));
                             });
                           },
                           [axis](Vjp& v) {
                             const AxisView view = view_around(v.dx.shape(), axis);
                             for_lines(view, [&](std::int64_t first, std::int64_t) {
                               double total = 0;
                               for (std::int64_t i = view.size - 1; i >= 0; --i) {
                                 const std::int64_t at = first + i * view.inner;
                                 v.dx[at] = static_cast<real>(total += static_cast<double>(v.dy[at]));
                               }
                             });
                           }),
                       [axis](const VarVjp& v) { return flip(cumsum(flip(v.dy, {axis}), axis), {axis}); });
}

Var logcumsumexp(Var x, int axis) {
  return record(
      {"logcumsumexp", "dxᵢ = Σⱼ dyⱼ exp(xᵢ − yⱼ) over j ≥ i"}, {x},
      [axis](Forward& c) {
        const Tensor& in = c.in(0);
        const AxisView view = view_around(in.shape(), axis);
        // The two parts of y: the largest number so far, and log Σ e^(x − largest). Added, they lose digits.
        Tensor &top = c.save(in.shape()), &log_sum = c.save(in.shape()), &y = c.out(in.shape());
        for_lines(view, [&](std::int64_t first, std::int64_t) {
          real largest = -std::numeric_limits<real>::infinity();
          double sum = 0;
          for (std::int64_t i = 0, at = first; i < view.size; ++i, at += view.inner) {
            const real a = in[at];
            if (a > largest) {
              sum = sum * static_cast<double>(vexp(largest - a)) + 1;
              largest = a;
            } else {
              sum += a == largest ? 1 : static_cast<double>(vexp(a - largest));
            }
            top[at] = largest;
            log_sum[at] = static_cast<real>(std::log(sum));
            y[at] = largest + log_sum[at];
          }
        });
      },
      [axis](Vjp& v) {
        const Tensor &in = v.input(0), &top = v.saved(0), &log_sum = v.saved(1);
        const AxisView view = view_around(v.dx.shape(), axis);
        // e^(yᵢ − yⱼ), at most 1 where i is before j.
        const auto share = [&](std::int64_t i, std::int64_t j) {
          const real step = top[i] == top[j] ? 0 : top[i] - top[j];
          return vexp(step + (log_sum[i] - log_sum[j]));
        };
        for_lines(view, [&](std::int64_t first, std::int64_t) {
          real total = 0;  // Σⱼ dyⱼ exp(yᵢ − yⱼ) over j ≥ i
          for (std::int64_t i = view.size - 1; i >= 0; --i) {
            const std::int64_t at = first + i * view.inner;
            total = v.dy[at] + (i + 1 < view.size ? total * share(at, at + view.inner) : 0);
            const bool masked = in[at] == -std::numeric_limits<real>::infinity();
            v.dx[at] = masked ? 0 : total * vexp((in[at] - top[at]) - log_sum[at]);
          }
        });
      });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
