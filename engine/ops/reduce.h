#pragma once
#include <optional>
#include <vector>

#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The axes of a reduction, negative ones counted from the end; none given: all of them.
struct Axes {
  Axes() = default;
  Axes(int axis) : list{axis} {}  // NOLINT: implicit, so that sum(x, 1) reads well
  Axes(std::initializer_list<int> axes) : list(axes) {}
  std::vector<int> list = {};
};

// Reductions over axes. keepdims leaves them in the shape with size 1. An axis that does not exist or is given twice
// throws ShapeError, and so does a mean, max, min or logsumexp of no elements; where there is none to compute, because
// another axis has size 0, the result is empty too.

// The sum, 0 of no elements.
Var sum(Var x, const Axes& axes = {}, bool keepdims = false);
// The mean.
Var mean(Var x, const Axes& axes = {}, bool keepdims = false);
// The largest and the smallest element; equal ones share the gradient evenly. NaN where one is NaN.
Var max(Var x, const Axes& axes = {}, bool keepdims = false);
Var min(Var x, const Axes& axes = {}, bool keepdims = false);
// The product, 1 of no elements. The gradient of an element is the product of the others, also where there are zeros.
Var prod(Var x, const Axes& axes = {}, bool keepdims = false);
// The reverse of broadcast_to: x summed over the axes along which `shape` would be repeated. Throws ShapeError unless
// `shape` broadcasts to x's.
Var sum_to_shape(Var x, const Shape& shape);
// log Σ eˣ, without overflow; its gradient is softmax(x). −∞ masks an element. Of elements that are all −∞ it is −∞,
// and none gets a gradient; where +∞ is among them it is ∞, with gradient NaN for those.
Var logsumexp(Var x, const Axes& axes = {}, bool keepdims = false);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
