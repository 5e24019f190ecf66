#include <cotape/engine/base/error.h>
#include <cotape/engine/base/math.h>
#include <cotape/engine/kernels/reduce.h>
#include <cotape/engine/ops/elementwise.h>
#include <cotape/engine/ops/reduce.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// The shape with size 1 at each reduced axis: it broadcasts to the input's.
Shape reduced_shape(const Shape& shape, const Axes& axes) {
  if (axes.list.empty()) {
    Shape ones = shape;
    for (int axis = 0; axis < shape.rank(); ++axis) ones = ones.with(axis, 1);
    return ones;
  }
  std::array<bool, Shape::max_rank> seen{};
  Shape result = shape;
  for (const int axis : axes.list) {
    bool& before = seen[static_cast<std::size_t>(shape.axis_index(axis))];
    if (before) fail<ShapeError>("axis ", axis, " of shape ", shape, " is given twice");
    before = true;
    result = result.with(axis, 1);
  }
  return result;
}

// The kept shape without the reduced axes.
Shape dropped_shape(const Shape& shape, const Axes& axes) {
  if (axes.list.empty()) return Shape{};
  std::array<bool, Shape::max_rank> drop{};
  for (const int axis : axes.list) drop[static_cast<std::size_t>(shape.axis_index(axis))] = true;
  Shape result;
  for (int axis = 0; axis < shape.rank(); ++axis)
    if (!drop[static_cast<std::size_t>(axis)]) result = result.inserted(result.rank(), shape[axis]);
  return result;
}

// For every element of x: joins it by join(a, b) to the element of target that its reduced axes fall onto. The order of
// joining must not matter to the result.
template <class Join>
void join_to(Tensor& target, const Tensor& x, real start, Join join) {
  target.fill(start);
  if (x.size() == 0) return;
  const BroadcastWalk walk(x.shape(), x.shape(), target.shape());
  BroadcastWalk::Place place = walk.at(0);
  for (std::int64_t i = 0; i < x.size(); i += walk.row_size()) {
    for (std::int64_t j = 0; j < walk.row_size(); ++j) {
      real& t = target[place.b + (walk.steps_b() ? j : 0)];
      t = join(t, x[i + j]);
    }
    if (i + walk.row_size() < x.size()) walk.next_row(place);
  }
}

constexpr auto larger = [](real a, real b) { return b > a || b != b ? b : a; };

// Throws when there are results but nothing to compute them from.
void require_elements(const Tensor& in, const Tensor& y) {
  if (in.size() == 0 && y.size() > 0) fail<ShapeError>("shape ", in.shape(), " has no elements");
}

// Records a reduction: `forward` sets a tensor of the kept shape; a VJP sees y and dy of the kept shape too.
template <class F, class Backward>
Var reduce(const Op& op, Var x, const Axes& axes, bool keepdims, F forward, Backward backward) {
  return record(
      op, {x},
      [&](Forward& c) {
        const Tensor& in = c.in(0);
        const Shape kept = reduced_shape(in.shape(), axes);
        Tensor result = c.scratch(kept);
        forward(c, result, in);
        c.out(keepdims ? kept : dropped_shape(in.shape(), axes)).copy_from(result);
      },
      [axes, backward](Vjp& v) {
        const Shape kept = reduced_shape(v.input(0).shape(), axes);
        Tensor dy = v.scratch(kept), y = v.scratch(kept);
        dy.copy_from(v.dy);
        y.copy_from(v.y);
        backward(v, dy, y);
      });
}

}  // namespace

Var sum(Var x, const Axes& axes, bool keepdims) {
  return reduce(
      {"sum", "dx = dy"}, x, axes, keepdims, [](Forward& c, Tensor& y, const Tensor& in) { sum_to(y, in, c.memory()); },
      [](Vjp& v, const Tensor& dy, const Tensor&) {
        map_broadcast(
            v.dx, [](real d, real) { return d; }, dy, v.input(0));
      });
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
      });
}

Var max(Var x, const Axes& axes, bool keepdims) {
  return reduce(
      {"max", "dx = dy where x = y, shared evenly"}, x, axes, keepdims,
      [](Forward&, Tensor& y, const Tensor& in) {
        require_elements(in, y);
        join_to(y, in, -std::numeric_limits<real>::infinity(), larger);
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
      });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
