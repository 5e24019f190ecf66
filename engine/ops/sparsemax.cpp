#include <cotape/engine/kernels/map.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/compare.h>
#include <cotape/engine/ops/elementwise.h>
#include <cotape/engine/ops/indexing.h>
#include <cotape/engine/ops/loss_terms.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/sparsemax.h>
#include <cotape/engine/tape/record.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// p = sparsemax(x) of a row that is not empty. Returns max x, which everything is relative to; NaN where there is no p.
real row_sparsemax(real* p, const real* x, std::int64_t n) {
  real largest = x[0];
  bool valid = true;
  for (std::int64_t i = 0; i < n; ++i) {
    largest = std::max(largest, x[i]);
    valid = valid && x[i] == x[i];
  }
  if (!valid || std::isinf(largest)) {
    std::fill_n(p, n, std::numeric_limits<real>::quiet_NaN());
    return std::numeric_limits<real>::quiet_NaN();
  }
  // The largest p is at most 1, so that nothing that lies 1 or more below the largest x is in the support.
  real* end = p;
  for (std::int64_t i = 0; i < n; ++i)
    if (x[i] - largest > -1) *end++ = x[i] - largest;
  std::sort(p, end, std::greater<>());
  double sum = 0, threshold = -1;
  for (const real* z = p; z != end; ++z) {
    const auto size = static_cast<double>(z - p + 1), next = static_cast<double>(*z);
    if (!(1 + size * next > sum + next)) break;
    sum += next;
    threshold = (sum - 1) / size;
  }
  const auto tau = static_cast<real>(threshold);
  for (std::int64_t i = 0; i < n; ++i) p[i] = std::max<real>(0, x[i] - largest - tau);
  return largest;
}

}  // namespace

Var sparsemax(Var x) {
  return with_var_vjps(
      record(
          {"sparsemax", "dx = dy − mean dy over the support"}, {x},
          [](Forward& c) {
            const Tensor& in = c.in(0);
            if (in.shape().rank() == 0) fail<ShapeError>("a scalar has no last axis");
            const std::int64_t n = in.shape()[-1];
            Tensor& y = c.out(in.shape());
            for_rows(n == 0 ? 0 : in.size() / n, n,
                     [&](std::int64_t r) { row_sparsemax(y.data() + r * n, in.data() + r * n, n); });
          },
          [](Vjp& v) {
            const std::int64_t n = v.y.shape()[-1];
            for_rows(n == 0 ? 0 : v.y.size() / n, n, [&](std::int64_t r) {
              const real *y = v.y.data() + r * n, *dy = v.dy.data() + r * n;
              real* dx = v.dx.data() + r * n;
              const real size = row_total(n, [y](std::int64_t i) { return y[i] > 0 ? real(1) : real(0); });
              const real mean = row_total(n, [=](std::int64_t i) { return y[i] > 0 ? dy[i] : real(0); }) / size;
              for (std::int64_t i = 0; i < n; ++i) dx[i] = y[i] > 0 ? dy[i] - mean : real(0);
            });
          }),
      [](const VarVjp& v) {
        const Var support = greater(v.y, 0);
        return support * (v.dy - sum(support * v.dy, -1, true) / sum(support, -1, true));
      });
}

Var sparsemax_loss(Var logits, std::span<const std::int64_t> labels, Reduction reduction) {
  const auto kept = std::make_shared<const std::vector<std::int64_t>>(labels.begin(), labels.end());
  return with_value_in_ops(
      record(
          {"sparsemax_loss", "dx = dy (sparsemax(x) − one-hot)"}, {logits},
          [&](Forward& c) {
            const Tensor& x = c.in(0);
            require_terms(x.shape());
            const std::int64_t rows = std::ssize(labels);
            if (x.shape().rank() != 2 || x.shape()[0] != rows)
              fail<ShapeError>("logits ", x.shape(), " for ", rows, " labels: they must be [", rows, ",classes]");
            const std::int64_t n = x.shape()[1];
            Tensor& p = c.save(x.shape());
            double total = 0;
            for (std::int64_t r = 0; r < rows; ++r) {
              const std::int64_t label = labels[static_cast<std::size_t>(r)];
              if (label < 0 || label >= n) fail<ValueError>("label ", label, " of row ", r, " is not in [0, ", n, ")");
              const real *row = x.data() + r * n, *share = p.data() + r * n;
              const real largest = row_sparsemax(p.data() + r * n, row, n);
              total += 0.5 - static_cast<double>(row[label] - largest);
              for (std::int64_t i = 0; i < n; ++i) {
                const auto q = static_cast<double>(share[i]);
                if (q != 0) total += q * static_cast<double>(row[i] - largest) - q * q / 2;
              }
            }
            c.out(Shape{})[0] = static_cast<real>(total / static_cast<double>(divisor(reduction, Shape{rows})));
          },
          [reduction, kept](Vjp& v) {
            const std::int64_t n = v.dx.shape()[1];
            const real weight = v.dy.item() / divisor(reduction, v.dx.shape().without(-1));
            map(
                v.dx, [weight](real p) { return weight * p; }, v.saved(0));
            for (std::size_t r = 0; r < kept->size(); ++r)
              v.dx[static_cast<std::int64_t>(r) * n + (*kept)[r]] -= weight;
          }),
      [reduction, kept](const VarVjp& v) {
        const Shape rows{std::ssize(*kept), 1};
        const Var x = v.input(0), p = sparsemax(x);
        const Var total = sum(p * x - square(p) / 2) - sum(gather(x, 1, *kept, rows) - real(0.5));
        return total / divisor(reduction, rows);
      });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
