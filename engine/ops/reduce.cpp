#include <cotape/engine/base/math.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/compare.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/reduction.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {

Var sum(Var x, const Axes& axes, bool keepdims) {
  return reduce(
      {"sum", "dx = dy"}, x, axes, keepdims, [](Forward& c, Tensor& y, const Tensor& in) { sum_to(y, in, c.memory()); },
      [](Vjp& v, const Tensor& dy, const Tensor&) {
        map_broadcast(
            v.dx, [](real d, real) { return d; }, dy, v.input(0));
      },
      [](Var in, Var dy, Var) { return broadcast_to(dy, in.shape()); });
}

Var mean(Var x, const Axes& axes, bool keepdims) {
  return reduce(
      {"mean", "dx = dy / n"}, x, axes, keepdims,
      [](Forward& c, Tensor& y, const Tensor& in) {
        require_elements(in, y);
        sum_to(y, in, c.memory());
        const real share = static_cast<real>(y.size()) / static_cast<real>(in.size());
        for (real& value : y.values()) value *= share;
      },
      [](Vjp& v, const Tensor& dy, const Tensor&) {
        const real share = static_cast<real>(dy.size()) / static_cast<real>(v.dx.size());
        map_broadcast(
            v.dx, [share](real d, real) { return share * d; }, dy, v.input(0));
      },
      [](Var in, Var dy, Var) {
        const real share = static_cast<real>(dy.shape().size()) / static_cast<real>(in.shape().size());
        return broadcast_to(share * dy, in.shape());
      });
}

namespace {

// The element that join(a, b) leaves of all, where `start` is the first a.
template <class Join>
Var extremum(const Op& op, Var x, const Axes& axes, bool keepdims, real start, Join join) {
  return reduce(
      op, x, axes, keepdims,
      [start, join](Forward&, Tensor& y, const Tensor& in) {
        require_elements(in, y);
        join_to(y, in, start, join);
      },
      [](Vjp& v, const Tensor& dy, const Tensor& y) {
        Tensor hits = v.scratch(v.dx.shape()), ties = v.scratch(y.shape());
        map_broadcast(
            hits, [](real m, real a) { return real(a == m); }, y, v.input(0));
        sum_to(ties, hits, v.memory());
        Tensor share = v.scratch(dy.shape());
        map(
            share, [](real d, real n) { return d / n; }, dy, ties);
        map_broadcast(
            v.dx, [](real d, real hit) { return hit != 0 ? d : 0; }, share, hits);
      },
      [](Var in, Var dy, Var y) {
        const Var hits = equal(in, y);
        return hits * (dy / sum_to_shape(hits, y.shape()));
      });
}

}  // namespace

Var max(Var x, const Axes& axes, bool keepdims) {
  return extremum({"max", "dx = dy where x = y, shared evenly"}, x, axes, keepdims,
                  -std::numeric_limits<real>::infinity(), larger);
}

Var min(Var x, const Axes& axes, bool keepdims) {
  return extremum({"min", "dx = dy where x = y, shared evenly"}, x, axes, keepdims,
                  std::numeric_limits<real>::infinity(), smaller);
}

Var prod(Var x, const Axes& axes, bool keepdims) {
  return reduce(
      {"prod", "dx = dy ⊙ product of the others"}, x, axes, keepdims,
      [](Forward&, Tensor& y, const Tensor& in) { join_to(y, in, 1, [](real a, real b) { return a * b; }); },
      [](Vjp& v, const Tensor& dy, const Tensor& y) {
        // Of those before an element times those behind it: y / x would be 0 / 0 where x is 0.
        const Tensor& in = v.input(0);
        Tensor product = v.scratch(y.shape());
        product.fill(1);
        for_each_reduced(in.shape(), y.shape(), [&](std::int64_t i, std::int64_t t) {
          v.dx[i] = product[t];
          product[t] *= in[i];
        });
        product.copy_from(dy);
        for_each_reduced_backward(in.shape(), y.shape(), [&](std::int64_t i, std::int64_t t) {
          v.dx[i] *= product[t];
          product[t] *= in[i];
        });
      });
}

Var logsumexp(Var x, const Axes& axes, bool keepdims) {
  return reduce(
      {"logsumexp", "dx = dy ⊙ exp(x − y)"}, x, axes, keepdims,
      [](Forward& c, Tensor& y, const Tensor& in) {
        require_elements(in, y);
        Tensor &top = c.save(y.shape()), &log_sum = c.save(y.shape());
        Tensor terms = c.scratch(in.shape());
        join_to(top, in, -std::numeric_limits<real>::infinity(), larger);
        // An infinite maximum is the answer itself; shifting by it would make ∞ − ∞.
        map(
            top, [](real m) { return std::abs(m) <= std::numeric_limits<real>::max() ? m : 0; }, top);
        map_broadcast(
            terms, [](real m, real a) { return vexp(a - m); }, top, in);
        sum_to(log_sum, terms, c.memory());
        map(
            log_sum, [](real sums) { return vlog(sums); }, log_sum);
        map(
            y, [](real sums, real m) { return sums + m; }, log_sum, top);
      },
      [](Vjp& v, const Tensor& dy, const Tensor&) {
        // The two parts of y are subtracted one after the other: a large maximum would swallow the logarithm.
        map_broadcast(
            v.dx, [](real m, real a) { return a - m; }, v.saved(0), v.input(0));
        // A logarithm of −∞, where all elements are −∞, is made finite: −∞ minus it is −∞, and e^−∞ is 0.
        map_broadcast(
            v.dx, [](real l, real a) { return vexp(a - std::max(l, std::numeric_limits<real>::lowest())); }, v.saved(1),
            v.dx);
        map_broadcast(
            v.dx, [](real d, real w) { return d * w; }, dy, v.dx);
      },
      [](Var in, Var dy, Var y) { return dy * exp(in - y); });
}

Var sum_to_shape(Var x, const Shape& shape) {
  if (x.shape() == shape) return x;
  if (!broadcasts_to(shape, x.shape())) fail<ShapeError>("sum_to_shape: ", shape, " does not broadcast to ", x.shape());
  const int missing = x.shape().rank() - shape.rank();
  Axes axes;
  for (int axis = 0; axis < x.shape().rank(); ++axis)
    if (axis < missing || shape[axis - missing] != x.shape()[axis]) axes.list.push_back(axis);
  return reshape(axes.list.empty() ? x : sum(x, axes), shape);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
