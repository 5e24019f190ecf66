#pragma once
#include <array>
#include <span>

#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// One axis of a walk over two arrays at once: how many places it has, and how many numbers lie from one place to the
// next in either array. A step of 0 in `from` repeats a number, a negative one goes backwards.
struct StridedAxis {
  std::int64_t size, to, from;
};

// How many numbers lie from one place to the next along each axis of a tensor.
std::array<std::int64_t, Shape::max_rank> strides_of(const Shape& shape);

// to[Σ iₐ · axisₐ.to] = from[Σ iₐ · axisₐ.from] for all indices 0 ≤ iₐ < axisₐ.size; at most 2 · Shape::max_rank axes,
// outermost first. No number of `to` may be written twice. Blocks are copied whole where both steps are 1, and planes
// are transposed a square of registers at a time, so that either runs at the speed of memory.
void strided_copy(real* to, const real* from, std::span<const StridedAxis> axes);

// Copies a run of an axis, around which both tensors are seen: to[o, to_begin + j, i] = from[o, from_begin + j, i] for
// 0 ≤ j < count.
void copy_run(Tensor& to, const AxisView& to_view, std::int64_t to_begin, const Tensor& from, const AxisView& from_view,
              std::int64_t from_begin, std::int64_t count);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
