#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/ops/softmax.h>
#include <cotape/engine/tape/record.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Rows along the last axis; an empty row has nothing to compute.
std::int64_t rows_of(const Tensor& x) { return x.size() == 0 ? 0 : x.size() / x.shape()[-1]; }

Var softmax_last(Var x) {
  return with_var_vjps(record(
                           {"softmax", "dx = y ⊙ (dy − ⟨y, dy⟩)"}, {x},
                           [](Forward& c) {
                             const Tensor& in = c.in(0);
                             const std::int64_t n = in.shape()[-1];
                             Tensor& y = c.out(in.shape());
                             for_rows(rows_of(in), n,
                                      [&](std::int64_t r) { row_softmax(y.data() + r * n, in.data() + r * n, n); });
                           },
                           [](Vjp& v) {
                             const std::int64_t n = v.y.shape()[-1];
                             for_rows(rows_of(v.y), n, [&](std::int64_t r) {
                               const real *y = v.y.data() + r * n, *dy = v.dy.data() + r * n;
                               real* dx = v.dx.data() + r * n;
                               const real mean = row_dot(y, dy, n);
                               for (std::int64_t i = 0; i < n; ++i) dx[i] = y[i] * (dy[i] - mean);
                             });
                           }),
                       [](const VarVjp& v) { return v.y * (v.dy - sum(v.y * v.dy, -1, true)); });
}

Var log_softmax_last(Var x) {
  return with_var_vjps(record(
                           {"log_softmax", "dx = dy − eʸ Σ dy"}, {x},
                           [](Forward& c) {
                             const Tensor& in = c.in(0);
                             const std::int64_t n = in.shape()[-1];
                             Tensor& y = c.out(in.shape());
                             for_rows(rows_of(in), n, [&](std::int64_t r) {
                               const real* from = in.data() + r * n;
                               real* to = y.data() + r * n;
                               const LogNormaliser total = row_softmax(to, from, n);
                               for (std::int64_t i = 0; i < n; ++i) to[i] = total.log_share(from[i]);
                             });
                           },
                           [](Vjp& v) {
                             const std::int64_t n = v.y.shape()[-1];
                             for_rows(rows_of(v.y), n, [&](std::int64_t r) {
                               const real *y = v.y.data() + r * n, *dy = v.dy.data() + r * n;
                               real* dx = v.dx.data() + r * n;
                               const real total = row_sum(dy, n);
                               for (std::int64_t i = 0; i < n; ++i) dx[i] = dy[i] - vexp(y[i]) * total;
                             });
                           }),
                       [](const VarVjp& v) { return v.dy - exp(v.y) * sum(v.dy, -1, true); });
}

// Applies an op that works along the last axis along another axis.
template <class F>
Var along(const char* name, Var x, int axis, F f) {
  const int rank = x.shape().rank();
  const int index = axis_index(name, x.shape(), axis);
  if (index == rank - 1) return f(x);
  std::vector<int> order;
  for (int i = 0; i < rank; ++i) order.push_back(i);
  std::swap(order[static_cast<std::size_t>(index)], order[static_cast<std::size_t>(rank - 1)]);
  return permute(f(permute(x, order)), order);
}

}  // namespace

Var softmax(Var x, int axis) { return along("softmax", x, axis, softmax_last); }

Var log_softmax(Var x, int axis) { return along("log_softmax", x, axis, log_softmax_last); }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
