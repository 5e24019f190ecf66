#pragma once

#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/engine/tape/record.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What reductions share. The "kept" shape has size 1 at each reduced axis: it broadcasts to the input's.

// The kept shape of a reduction over `axes`. Throws ShapeError for an axis that does not exist or is given twice.
inline Shape kept_shape(const Shape& shape, const Axes& axes) {
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
inline Shape dropped_shape(const Shape& shape, const Axes& axes) {
  if (axes.list.empty()) return Shape{};
  std::array<bool, Shape::max_rank> drop{};
  for (const int axis : axes.list) drop[static_cast<std::size_t>(shape.axis_index(axis))] = true;
  Shape result;
  for (int axis = 0; axis < shape.rank(); ++axis)
    if (!drop[static_cast<std::size_t>(axis)]) result = result.inserted(result.rank(), shape[axis]);
  return result;
}

// Calls visit(i, t) for every element i of x, in order, where t is the element of `kept` that its reduced axes fall
// onto.
template <class Visit>
void for_each_reduced(const Shape& x, const Shape& kept, Visit visit) {
  if (x.size() == 0) return;
  const BroadcastWalk walk(x, x, kept);
  BroadcastWalk::Place place = walk.at(0);
  for (std::int64_t i = 0; i < x.size(); i += walk.row_size()) {
    for (std::int64_t j = 0; j < walk.row_size(); ++j) visit(i + j, place.b + (walk.steps_b() ? j : 0));
    if (i + walk.row_size() < x.size()) walk.next_row(place);
  }
}

// The same from the last element to the first.
template <class Visit>
void for_each_reduced_backward(const Shape& x, const Shape& kept, Visit visit) {
  if (x.size() == 0) return;
  const BroadcastWalk walk(x, x, kept);
  for (std::int64_t i = x.size() - walk.row_size(); i >= 0; i -= walk.row_size()) {
    const BroadcastWalk::Place place = walk.at(i);
    for (std::int64_t j = walk.row_size() - 1; j >= 0; --j) visit(i + j, place.b + (walk.steps_b() ? j : 0));
  }
}

// Every element of target becomes `start`, joined by join(a, b) with the elements of x that fall onto it, in order.
template <class Join>
void join_to(Tensor& target, const Tensor& x, real start, Join join) {
  target.fill(start);
  for_each_reduced(x.shape(), target.shape(),
                   [&](std::int64_t i, std::int64_t t) { target[t] = join(target[t], x[i]); });
}

// The larger and the smaller of two, NaN where one is.
inline constexpr auto larger = [](real a, real b) { return b > a || b != b ? b : a; };
inline constexpr auto smaller = [](real a, real b) { return b < a || b != b ? b : a; };

// Throws when there are results but nothing to compute them from.
inline void require_elements(const Tensor& in, const Tensor& y) {
  if (in.size() == 0 && y.size() > 0) fail<ShapeError>("shape ", in.shape(), " has no elements");
}

// Records a reduction: `forward` sets a tensor of the kept shape; a VJP sees y and dy of the kept shape too, and so
// does its second form.
template <class F, class Backward>
Var reduce(const Op& op, Var x, const Axes& axes, bool keepdims, F forward, Backward backward) {
  return record(
      op, {x},
      [&](Forward& c) {
        const Tensor& in = c.in(0);
        const Shape kept = kept_shape(in.shape(), axes);
        Tensor result = c.scratch(kept);
        forward(c, result, in);
        c.out(keepdims ? kept : dropped_shape(in.shape(), axes)).copy_from(result);
      },
      [axes, backward](Vjp& v) {
        const Shape kept = kept_shape(v.input(0).shape(), axes);
        Tensor dy = v.scratch(kept), y = v.scratch(kept);
        dy.copy_from(v.dy);
        y.copy_from(v.y);
        backward(v, dy, y);
      });
}
template <class F, class Backward, class Recorded>
Var reduce(const Op& op, Var x, const Axes& axes, bool keepdims, F forward, Backward backward, Recorded recorded) {
  return with_var_vjps(reduce(op, x, axes, keepdims, forward, backward), [axes, recorded](const VarVjp& v) {
    const Shape kept = kept_shape(v.input(0).shape(), axes);
    return recorded(v.input(0), reshape(v.dy, kept), reshape(v.y, kept));
  });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
