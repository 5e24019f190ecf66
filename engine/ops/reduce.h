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
// throws ShapeError, and so do max and logsumexp over no elements.

Var sum(Var x, const Axes& axes = {}, bool keepdims = false);
Var mean(Var x, const Axes& axes = {}, bool keepdims = false);
// The largest element; equal ones share the gradient evenly.
Var max(Var x, const Axes& axes = {}, bool keepdims = false);
// log Σ eˣ, without overflow.
Var logsumexp(Var x, const Axes& axes = {}, bool keepdims = false);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
