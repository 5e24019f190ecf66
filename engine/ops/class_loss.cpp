#include <cotape/engine/kernels/map.h>
#include <cotape/engine/kernels/rows.h>
#include <cotape/engine/ops/class_loss.h>
#include <cotape/engine/ops/compare.h>
#include <cotape/engine/ops/elementwise.h>
#include <cotape/engine/ops/indexing.h>
#include <cotape/engine/ops/loss_terms.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/ops/softmax.h>
#include <cotape/engine/tape/record.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

using Labels = std::span<const std::int64_t>;

void require_rows(const char* what, const Shape& shape, std::int64_t labels) {
  require_terms(shape);
  if (shape.rank() != 2 || shape[0] != labels)
    fail<ShapeError>(what, " ", shape, " for ", labels, " labels: they must be [", labels, ",classes]");
}

void require_label(std::int64_t label, std::int64_t row, std::int64_t classes) {
  if (label < 0 || label >= classes)
    fail<ValueError>("label ", label, " of row ", row, " is not in [0, ", classes, ")");
}

void require_weights(const Tensor& weights, std::int64_t classes) {
  if (weights.size() > 0 && weights.shape() != Shape{classes})
    fail<ShapeError>("class weights ", weights.shape(), " for ", classes, " classes: they must be [", classes, "]");
}

// A copy of the labels that both forms of a product share.
auto kept_copy(Labels labels) {
  return std::make_shared<const std::vector<std::int64_t>>(labels.begin(), labels.end());
}

real weight_of(const Tensor& weights, std::int64_t c) { return weights.size() > 0 ? weights[c] : 1; }

// to[r] = the weight of row r's label, 0 where it is ignored.
void label_weights_to(Tensor& to, Labels labels, std::int64_t classes, const Tensor& weights,
                      std::optional<std::int64_t> ignored) {
  require_weights(weights, classes);
  for (std::int64_t r = 0; r < to.size(); ++r) {
    const std::int64_t label = labels[static_cast<std::size_t>(r)];
    if (label == ignored) {
      to[r] = 0;
      continue;
    }
    require_label(label, r, classes);
    to[r] = weight_of(weights, label);
  }
}

// What the sum over rows is divided by.
real rows_divisor(Reduction reduction, const Tensor& label_weights) {
  if (reduction != Reduction::mean) return divisor(reduction, label_weights.shape());
  const real total = row_sum(label_weights.data(), label_weights.size());
  if (total == 0)
    fail<ValueError>("no label counts: all are ignored or have a weight of 0, and their mean does not exist");
  return total;
}

}  // namespace

Var nll_loss(Var log_probabilities, Labels labels, const NllOptions& options) {
  const auto kept = kept_copy(labels);
  return with_value_in_ops(
      record(
          {"nll_loss", "dx[label] = −dy w[label]"}, {log_probabilities},
          [&](Forward& c) {
            const Tensor& x = c.in(0);
            require_rows("log-probabilities", x.shape(), std::ssize(labels));
            const std::int64_t rows = x.shape()[0], n = x.shape()[1];
            Tensor& weights = c.save(Shape{rows});
            label_weights_to(weights, labels, n, options.class_weights, options.ignored_label);
            double total = 0;
            for (std::int64_t r = 0; r < rows; ++r)
              if (weights[r] != 0)
                total -= static_cast<double>(weights[r]) *
                         static_cast<double>(x[r * n + labels[static_cast<std::size_t>(r)]]);
            const real share = rows_divisor(options.reduction, weights);
            for (real& weight : weights.values()) weight /= share;
            c.out(Shape{})[0] = static_cast<real>(total / static_cast<double>(share));
          },
          [kept](Vjp& v) {
            const std::vector<std::int64_t>& own = *kept;
            const Tensor& shares = v.saved(0);
            const std::int64_t n = v.dx.shape()[1];
            v.dx.fill(0);
            for (std::int64_t r = 0; r < shares.size(); ++r)
              if (shares[r] != 0) v.dx[r * n + own[static_cast<std::size_t>(r)]] = -v.dy.item() * shares[r];
          }),
      [kept](const VarVjp& v) {
        const Var shares = v.saved(0);
        std::vector<std::int64_t> own = *kept;
        for (std::size_t r = 0; r < own.size(); ++r)
          if (shares.value()[static_cast<std::int64_t>(r)] == 0) own[r] = 0;  // may be no class
        const Var picked = reshape(gather(v.input(0), 1, own, {std::ssize(own), 1}), {std::ssize(own)});
        return -sum(where(equal(shares, 0), shares, shares * picked));
      });
}

namespace {

// −Σ q log softmax(x) over all rows. log_p becomes log softmax(x). Where q is 0 nothing is added, also where log_p is
// −∞.
double cross_entropy_sum(const Tensor& q, const Tensor& x, Tensor& log_p) {
  const std::int64_t n = x.shape()[1];
  return parallel_sum(x.shape()[0], std::max<std::int64_t>(1, elementwise_block / n),
                      [&](std::int64_t begin, std::int64_t end) {
                        double sum = 0;
                        for (std::int64_t r = begin; r < end; ++r) {
                          const real *logits = x.data() + r * n, *weights = q.data() + r * n;
                          real* to = log_p.data() + r * n;
                          const LogNormaliser total = row_softmax(to, logits, n);
                          for (std::int64_t i = 0; i < n; ++i) to[i] = total.log_share(logits[i]);
                          sum -= static_cast<double>(
                              row_total(n, [=](std::int64_t i) { return weights[i] != 0 ? weights[i] * to[i] : 0; }));
                        }
                        return sum;
                      });
}

// dx = factor (Σ q softmax(x) − q), row by row.
void cross_entropy_gradient(Tensor& dx, const Tensor& q, const Tensor& log_p, real factor) {
  const std::int64_t n = dx.shape()[1];
  for_rows(dx.shape()[0], n, [&](std::int64_t r) {
    const real *weights = q.data() + r * n, *from = log_p.data() + r * n;
    real* to = dx.data() + r * n;
    const real total = row_sum(weights, n);
    if (total == 0 && std::all_of(weights, weights + n, [](real w) { return w == 0; }))
      return void(std::fill_n(to, n, real(0)));  // an ignored row, which may hold NaN
    for (std::int64_t i = 0; i < n; ++i) to[i] = factor * (total * vexp(from[i]) - weights[i]);
  });
}

// −Σ q log softmax(x) / share in ops; where q is 0 nothing is added.
Var cross_entropy_in_ops(Var q, Var x, real share) {
  const Var terms = where(equal(q, 0), number(q, 0), q * log_softmax(x));
  return sum(terms) / -share;
}

void require_smoothing(real smoothing) {
  if (!(smoothing >= 0 && smoothing <= 1)) fail<ValueError>("label smoothing ", smoothing, " is not in [0, 1]");
}

}  // namespace

// Both save q, log softmax(x) and what the sum is divided by.
Var cross_entropy(Var logits, Labels labels, const CrossEntropyOptions& options) {
  return with_value_in_ops(
      record(
          {"cross_entropy", "dx = dy (Σ q softmax(x) − q), q the weighted targets"}, {logits},
          [&](Forward& c) {
            const Tensor& x = c.in(0);
            require_rows("logits", x.shape(), std::ssize(labels));
            require_smoothing(options.label_smoothing);
            const std::int64_t rows = x.shape()[0], n = x.shape()[1];
            Tensor label_weights = c.scratch(Shape{rows});
            label_weights_to(label_weights, labels, n, options.class_weights, options.ignored_label);
            Tensor &q = c.save(x.shape()), &log_p = c.save(x.shape()), &share = c.save(Shape{});
            const real smoothed = options.label_smoothing / static_cast<real>(n);
            for (std::int64_t r = 0; r < rows; ++r) {
              const std::int64_t label = labels[static_cast<std::size_t>(r)];
              const bool counts = label != options.ignored_label;
              for (std::int64_t i = 0; i < n; ++i)
                q[r * n + i] = counts ? smoothed * weight_of(options.class_weights, i) : 0;
              if (counts) q[r * n + label] += (1 - options.label_smoothing) * label_weights[r];
            }
            share[0] = rows_divisor(options.reduction, label_weights);
            c.out(Shape{})[0] = static_cast<real>(cross_entropy_sum(q, x, log_p) / static_cast<double>(share[0]));
          },
          [](Vjp& v) { cross_entropy_gradient(v.dx, v.saved(0), v.saved(1), v.dy.item() / v.saved(2)[0]); }),
      [](const VarVjp& v) { return cross_entropy_in_ops(v.saved(0), v.input(0), v.saved(2).value()[0]); });
}

Var cross_entropy(Var logits, Var targets, const CrossEntropyOptions& options) {
  return with_value_in_ops(
      record(
          {"cross_entropy", "dx = dy (Σ q softmax(x) − q), dt = −dy (1 − ε) w log softmax(x), q the weighted targets"},
          {logits, targets},
          [&](Forward& c) {
            const Tensor &x = c.in(0), &t = c.in(1);
            if (x.shape() != t.shape()) fail<ShapeError>("shapes differ: logits ", x.shape(), " targets ", t.shape());
            require_rows("logits", x.shape(), x.shape().rank() > 0 ? x.shape()[0] : 0);
            require_smoothing(options.label_smoothing);
            if (options.ignored_label) fail<ValueError>("targets that are probabilities have no label to ignore");
            const std::int64_t n = x.shape()[1];
            require_weights(options.class_weights, n);
            Tensor &q = c.save(x.shape()), &log_p = c.save(x.shape()), &share = c.save(Shape{}),
                   &scale = c.save(Shape{n});
            Tensor base = c.scratch(Shape{n});
            for (std::int64_t i = 0; i < n; ++i) {
              const real weight = weight_of(options.class_weights, i);
              scale[i] = weight * (1 - options.label_smoothing);
              base[i] = weight * options.label_smoothing / static_cast<real>(n);
            }
            map_broadcast(
                q, [](real b, real s, real target) { return b + s * target; }, base, scale, t);
            share[0] = divisor(options.reduction, Shape{x.shape()[0]});
            c.out(Shape{})[0] = static_cast<real>(cross_entropy_sum(q, x, log_p) / static_cast<double>(share[0]));
          },
          [](Vjp& v) { cross_entropy_gradient(v.dx, v.saved(0), v.saved(1), v.dy.item() / v.saved(2)[0]); },
          [](Vjp& v) {
            const real factor = -v.dy.item() / v.saved(2)[0];
            map_broadcast(
                v.dx, [factor](real s, real log_p) { return s != 0 ? factor * s * log_p : 0; }, v.saved(3), v.saved(1));
          }),
      [](const VarVjp& v) {
        const Var t = v.input(1), q = v.saved(0) + v.saved(3) * (t - stop_gradient(t));  // linear in t
        return cross_entropy_in_ops(q, v.input(0), v.saved(2).value()[0]);
      });
}

Var multi_margin_loss(Var scores, Labels labels, real margin, Reduction reduction) {
  const auto kept = kept_copy(labels);
  return with_value_in_ops(
      record(
          {"multi_margin_loss", "dx[c] = dy / classes where x[label] − x[c] < margin, dx[label] = −their sum"},
          {scores},
          [&](Forward& c) {
            const Tensor& x = c.in(0);
            require_rows("scores", x.shape(), std::ssize(labels));
            const std::int64_t rows = x.shape()[0], n = x.shape()[1];
            double total = 0;
            for (std::int64_t r = 0; r < rows; ++r) {
              const std::int64_t label = labels[static_cast<std::size_t>(r)];
              require_label(label, r, n);
              const real *row = x.data() + r * n, own = row[label];
              for (std::int64_t i = 0; i < n; ++i)
                if (i != label) total += static_cast<double>(positive_part(margin - (own - row[i])));
            }
            c.out(Shape{})[0] = static_cast<real>(total / static_cast<double>(n) /
                                                  static_cast<double>(divisor(reduction, Shape{rows})));
          },
          [margin, reduction, kept](Vjp& v) {
            const std::vector<std::int64_t>& own = *kept;
            const Tensor& x = v.input(0);
            const std::int64_t rows = x.shape()[0], n = x.shape()[1];
            const real share = v.dy.item() / static_cast<real>(n) / divisor(reduction, Shape{rows});
            for (std::int64_t r = 0; r < rows; ++r) {
              const std::int64_t label = own[static_cast<std::size_t>(r)];
              const real* row = x.data() + r * n;
              real* dx = v.dx.data() + r * n;
              std::int64_t inside = 0;
              for (std::int64_t i = 0; i < n; ++i) {
                const bool pays = i != label && row[label] - row[i] < margin;
                dx[i] = pays ? share : 0;
                inside += pays;
              }
              dx[label] = -share * static_cast<real>(inside);
            }
          }),
      [margin, reduction, kept](const VarVjp& v) {
        const Shape& shape = v.input(0).shape();
        const Var own = gather(v.input(0), 1, *kept, {shape[0], 1});
        const Var terms = relu(margin - (own - v.input(0)));  // a label's own is constant
        return sum(terms) / (static_cast<real>(shape[1]) * divisor(reduction, Shape{shape[0]}));
      });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
