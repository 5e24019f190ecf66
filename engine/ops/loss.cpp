#include <cotape/engine/base/parallel.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/engine/ops/compare.h>
#include <cotape/engine/ops/elementwise.h>
#include <cotape/engine/ops/indexing.h>
#include <cotape/engine/ops/loss.h>
#include <cotape/engine/ops/loss_terms.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/softmax.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// A loss that adds term(a, b) over pairs of numbers, given with ∂term/∂a and ∂term/∂b. Each is one pass over memory.
// var_term gives the same terms in ops.
template <class Term, class SlopeA, class SlopeB, class VarTerm>
Var pair_loss(const Op& op, Var a, Var b, Reduction reduction, Term term, SlopeA slope_a, SlopeB slope_b,
              VarTerm var_term) {
  const auto gradient = [reduction](auto slope) {
    return [slope, reduction](Vjp& v) {
      const real weight = v.dy.item() / divisor(reduction, v.input(0).shape());
      map(
          v.dx, [=](real x, real z) { return chain(weight, slope(x, z)); }, v.input(0), v.input(1));
    };
  };
  return with_value_in_ops(
      record(
          op, {a, b},
          [&](Forward& c) {
            const Tensor &x = c.in(0), &z = c.in(1);
            if (x.shape() != z.shape()) fail<ShapeError>("shapes differ: a ", x.shape(), " b ", z.shape());
            require_terms(x.shape());
            const double total = parallel_sum(x.size(), elementwise_block, [&](std::int64_t begin, std::int64_t end) {
              double sum = 0;
              constexpr std::int64_t run = 1024;  // summed in `real`
              for (std::int64_t i = begin; i < end; i += run)
                sum += static_cast<double>(fold_row(
                    std::min(run, end - i), 0, [&, i](std::int64_t j) { return term(x[i + j], z[i + j]); },
                    [](real p, real q) { return p + q; }));
              return sum;
            });
            c.out(Shape{})[0] = static_cast<real>(total / static_cast<double>(divisor(reduction, x.shape())));
          },
          gradient(slope_a), gradient(slope_b)),
      [reduction, var_term](const VarVjp& v) {
        return sum(var_term(v.input(0), v.input(1))) / divisor(reduction, v.input(0).shape());
      });
}

// ½d² for |d| ≤ δ, δ(|d| − ½δ) beyond, in ops.
Var huber_terms(Var d, real delta) {
  const Var inner = clamp(d, -delta, delta);
  return inner * (d - inner / 2);
}

}  // namespace

Var bce_with_logits(Var logits, Var targets, Reduction reduction) {
  const auto term = [](real x, real t) {
    constexpr real infinity = std::numeric_limits<real>::infinity();
    const real finite = vsoftplus(x) - x * t, infinite = t == real(x > 0) ? 0 : infinity;
    return std::abs(x) == infinity ? infinite : finite;
  };
  return pair_loss(
      {"bce_with_logits", "dx = dy (σ(x) − t), dt = −dy x"}, logits, targets, reduction, term,
      [](real x, real t) { return vsigmoid(x) - t; }, [](real x, real) { return -x; },
      [](Var x, Var t) { return softplus(x) - x * t; });
}

Var l1_loss(Var a, Var b, Reduction reduction) {
  const auto sign = [](real d) { return real(d > 0) - real(d < 0); };
  return pair_loss(
      {"l1_loss", "da = dy sign(a − b), db = −da"}, a, b, reduction, [](real x, real z) { return std::abs(x - z); },
      [sign](real x, real z) { return sign(x - z); }, [sign](real x, real z) { return sign(z - x); },
      [](Var x, Var z) { return abs(x - z); });
}

Var l2_loss(Var a, Var b, Reduction reduction) {
  return pair_loss(
      {"l2_loss", "da = dy (a − b), db = −da"}, a, b, reduction,
      [](real x, real z) { return real(0.5) * (x - z) * (x - z); }, [](real x, real z) { return x - z; },
      [](real x, real z) { return z - x; }, [](Var x, Var z) { return real(0.5) * square(x - z); });
}

Var huber_loss(Var a, Var b, real delta, Reduction reduction) {
  if (!(delta > 0)) fail<ValueError>("huber_loss: delta ", delta, " is not positive");
  const auto slope = [delta](real d) { return d > delta ? delta : (d < -delta ? -delta : d); };
  return pair_loss(
      {"huber_loss", "da = dy max(−δ, min(a − b, δ)), db = −da"}, a, b, reduction,
      [delta](real x, real z) {
        const real d = std::abs(x - z);
        return d > delta ? delta * (d - delta / 2) : real(0.5) * d * d;
      },
      [slope](real x, real z) { return slope(x - z); }, [slope](real x, real z) { return slope(z - x); },
      [delta](Var x, Var z) { return huber_terms(x - z, delta); });
}

Var smooth_l1_loss(Var a, Var b, real beta, Reduction reduction) {
  if (!(beta >= 0)) fail<ValueError>("smooth_l1_loss: beta ", beta, " is negative");
  const auto slope = [beta](real d) {
    const real inner = d / beta;  // not used where β is 0
    return d >= beta ? real(d > 0) : (d <= -beta ? real(-1) : inner);
  };
  return pair_loss(
      {"smooth_l1_loss", "da = dy max(−1, min((a − b) / β, 1)), db = −da"}, a, b, reduction,
      [beta](real x, real z) {
        const real d = std::abs(x - z), inner = real(0.5) * d * (d / beta);
        return d >= beta ? d - beta / 2 : inner;
      },
      [slope](real x, real z) { return slope(x - z); }, [slope](real x, real z) { return slope(z - x); },
      [beta](Var x, Var z) { return beta == 0 ? abs(x - z) : huber_terms(x - z, beta) / beta; });
}

Var hinge_loss(Var scores, Var targets, real margin, Reduction reduction) {
  for (const real t : targets.value().values())
    if (t != 1 && t != -1) fail<ValueError>("hinge_loss: target ", t, " is neither 1 nor -1");
  const auto inside = [margin](real x, real t) { return t * x < margin; };
  return pair_loss(
      {"hinge_loss", "dx = −dy t where t x < margin, dt = −dy x there"}, scores, targets, reduction,
      [margin](real x, real t) { return positive_part(margin - t * x); },
      [inside](real x, real t) { return inside(x, t) ? -t : 0; },
      [inside](real x, real t) { return inside(x, t) ? -x : 0; },
      [margin](Var x, Var t) { return relu(margin - t * x); });
}

Var kl_divergence(Var log_probabilities, Var targets, Reduction reduction) {
  return pair_loss(
      {"kl_divergence", "d log q = −dy p, dp = dy (log p + 1 − log q)"}, log_probabilities, targets, reduction,
      [](real log_q, real p) {
        const real term = p * (vlog(p) - log_q);
        return p == 0 && log_q == log_q ? 0 : term;
      },
      [](real, real p) { return -p; },
      [](real log_q, real p) {
        constexpr real infinity = std::numeric_limits<real>::infinity();
        const real slope = vlog(p) + 1 - log_q;
        return p == 0 && log_q == -infinity ? 0 : slope;
      },
      [](Var log_q, Var p) { return where(equal(p, 0), number(p, 0), p * (log(p) - log_q)); });
}

Var cross_entropy(Var logits, std::span<const std::int64_t> labels, Reduction reduction) {
  const auto kept = std::make_shared<const std::vector<std::int64_t>>(labels.begin(), labels.end());
  return with_value_in_ops(
      record(
          {"cross_entropy", "dx = dy (softmax(x) − one-hot)"}, {logits},
          [&](Forward& c) {
            const Tensor& x = c.in(0);
            require_terms(x.shape());
            const std::int64_t rows = static_cast<std::int64_t>(labels.size());
            if (x.shape().rank() != 2 || x.shape()[0] != rows)
              fail<ShapeError>("logits ", x.shape(), " for ", rows, " labels: they must be [", rows, ",classes]");
            const std::int64_t n = x.shape()[1];
            Tensor& q = c.save(x.shape());
            double total = 0;
            for (std::int64_t r = 0; r < rows; ++r) {
              const std::int64_t label = labels[static_cast<std::size_t>(r)];
              if (label < 0 || label >= n) fail<ValueError>("label ", label, " of row ", r, " is not in [0, ", n, ")");
              total -=
                  static_cast<double>(row_softmax(q.data() + r * n, x.data() + r * n, n).log_share(x[r * n + label]));
            }
            c.out(Shape{})[0] = static_cast<real>(total / static_cast<double>(divisor(reduction, Shape{rows})));
          },
          [reduction, kept](Vjp& v) {
            const std::vector<std::int64_t>& own = *kept;
            const std::int64_t n = v.dx.shape()[1];
            const real weight = v.dy.item() / divisor(reduction, v.dx.shape().without(-1));
            map(
                v.dx, [weight](real q) { return weight * q; }, v.saved(0));
            for (std::size_t r = 0; r < own.size(); ++r) v.dx[static_cast<std::int64_t>(r) * n + own[r]] -= weight;
          }),
      [reduction, kept](const VarVjp& v) {
        const Shape rows{std::ssize(*kept), 1};
        return -sum(gather(log_softmax(v.input(0)), 1, *kept, rows)) / divisor(reduction, rows);
      });
}

namespace {

// The logits of a row, shifted to a size that keeps all digits of their differences. A masked one, −∞, becomes finite,
// so that its share 0 times it is 0.
struct ShiftedRow {
  const real* x;
  real shift;
  real operator()(std::int64_t i) const { return std::max(x[i] - shift, std::numeric_limits<real>::lowest()); }
};

// Σ q x of a row.
real mean_logit(const real* q, const ShiftedRow& x, std::int64_t n) {
  return row_total(n, [q, x](std::int64_t i) { return q[i] * x(i); });
}

}  // namespace

Var kl_to_uniform(Var logits, Reduction reduction) {
  return with_value_in_ops(
      record(
          {"kl_to_uniform", "dx = dy q ⊙ (log q + log n − KL of the row)"}, {logits},
          [reduction](Forward& c) {
            const Tensor& x = c.in(0);
            if (x.shape().rank() < 1) fail<ShapeError>("a scalar has no axis of classes");
            require_terms(x.shape());
            const std::int64_t n = x.shape()[-1], rows = x.size() / n;
            Tensor &q = c.save(x.shape()), &top = c.save(Shape{rows});
            Tensor kl = c.scratch(Shape{rows});
            const real log_n = std::log(static_cast<real>(n));
            for_rows(rows, n, [&](std::int64_t r) {
              const real* from = x.data() + r * n;
              const LogNormaliser total = row_softmax(q.data() + r * n, from, n);
              top[r] = total.top;
              const real mean = mean_logit(q.data() + r * n, {from, total.top}, n);
              const real sum = (mean - total.log_sum) + log_n;  // Σ q log q + log n
              kl[r] = sum < 0 ? 0 : sum;                        // as rounding may leave it
            });
            double sum = 0;
            for (const real row : kl.values()) sum += static_cast<double>(row);
            c.out(Shape{})[0] = static_cast<real>(sum / static_cast<double>(divisor(reduction, x.shape().without(-1))));
          },
          [reduction](Vjp& v) {
            const Tensor &x = v.input(0), &q = v.saved(0), &top = v.saved(1);
            const std::int64_t n = x.shape()[-1];
            const real weight = v.dy.item() / divisor(reduction, x.shape().without(-1));
            for_rows(x.size() / n, n, [&](std::int64_t r) {
              // Logits of ordinary size need no shift.
              constexpr real bound = 256;
              const real *from = x.data() + r * n, *weights = q.data() + r * n;
              const ShiftedRow shifted{from, std::abs(top[r]) > bound ? top[r] : 0};
              const real mean = mean_logit(weights, shifted, n);  // log q + log n − KL = x − Σ q x
              real* dx = v.dx.data() + r * n;
              for (std::int64_t i = 0; i < n; ++i) dx[i] = weight * weights[i] * (shifted(i) - mean);
            });
          }),
      [reduction](const VarVjp& v) {
        const Shape& shape = v.input(0).shape();
        const Var log_q = log_softmax(v.input(0)), q = exp(log_q);
        return sum(where(equal(q, 0), q, q * log_q)) / divisor(reduction, shape.without(-1));  // but for a constant
      });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
