#pragma once
#include <cotape/engine/base/shape.h>
#include <cotape/engine/kernels/rows.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Calls body(first, line) for every line of a tensor along an axis, in parallel: its numbers are view.size many, from
// `first` on, view.inner apart. Lines are numbered as the elements of the shape without the axis are.
template <class Body>
void for_lines(const AxisView& view, Body body) {
  for_rows(view.outer * view.inner, view.size,
           [&](std::int64_t line) { body(line / view.inner * view.size * view.inner + line % view.inner, line); });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
