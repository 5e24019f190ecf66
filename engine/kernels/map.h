#pragma once
#include <algorithm>
#include <array>
#include <type_traits>

#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/shape.h>
#include <cotape/engine/base/tensor.h>
#include <cotape/engine/kernels/dispatch.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// How many elements one block of a parallel loop works on.
inline constexpr std::int64_t elementwise_block = 1 << 14;

// y[i] = f(x[i]...) for i in [begin, end).
template <class F, class... X>
COTAPE_DISPATCH void map_span(std::int64_t begin, std::int64_t end, F f, real* y, const X*... x) {
  for (std::int64_t i = begin; i < end; ++i) y[i] = f(x[i]...);
}

// out[i] = f(in[i]...): one pass over memory. All tensors have the same size; out may be one of the inputs.
template <class F, class... In>
void map(Tensor& out, F f, const In&... in) {
  parallel_for(out.size(), elementwise_block,
               [&](std::int64_t begin, std::int64_t end) { map_span(begin, end, f, out.data(), in.data()...); });
}

// Walks over two operands that broadcast to a common shape while the result is written in order. Neighbouring axes are
// joined where both operands allow it; a "row" is the innermost joined axis, along which each operand either steps
// from number to number or stays at the same one.
class BroadcastWalk {
 public:
  // The place in both operands that belongs to one element of the result.
  struct Place {
    std::array<std::int64_t, Shape::max_rank> index{};
    std::int64_t a = 0;  // where the row begins in a and b
    std::int64_t b = 0;
    std::int64_t column = 0;  // place in the row
  };

  BroadcastWalk(const Shape& out, const Shape& a, const Shape& b);
  Place at(std::int64_t element) const;
  void next_row(Place& place) const;

  std::int64_t row_size() const { return axes_[0].size; }
  bool steps_a() const { return axes_[0].step_a != 0; }
  bool steps_b() const { return axes_[0].step_b != 0; }

 private:
  struct Axis {
    std::int64_t size = 1, step_a = 0, step_b = 0;
  };
  std::array<Axis, Shape::max_rank> axes_{};  // innermost first
  int rank_ = 1;
};

// y[j] = f(a[j·step_a], b[j·step_b], x[j]...) for j in [0, n); a step is 0 or 1.
template <std::int64_t step_a, std::int64_t step_b, class F, class... X>
COTAPE_DISPATCH void map_row(std::int64_t n, F f, real* y, const real* a, const real* b, const X*... x) {
  for (std::int64_t j = 0; j < n; ++j) y[j] = f(a[j * step_a], b[j * step_b], x[j]...);
}

// out[i] = f(a[i], b[i], rest[i]...) where a and b broadcast to out's shape and the rest have it.
template <class F, class... Rest>
void map_broadcast(Tensor& out, F f, const Tensor& a, const Tensor& b, const Rest&... rest) {
  if (a.shape() == out.shape() && b.shape() == out.shape()) return map(out, f, a, b, rest...);
  const BroadcastWalk walk(out.shape(), a.shape(), b.shape());
  parallel_for(out.size(), elementwise_block, [&](std::int64_t begin, std::int64_t end) {
    BroadcastWalk::Place place = walk.at(begin);
    for (std::int64_t i = begin; i < end;) {
      const std::int64_t n = std::min(end - i, walk.row_size() - place.column);
      const auto row = [&](auto step_a, auto step_b) {
        map_row<step_a(), step_b()>(n, f, out.data() + i, a.data() + place.a + place.column * step_a,
                                    b.data() + place.b + place.column * step_b, (rest.data() + i)...);
      };
      using Still = std::integral_constant<std::int64_t, 0>;
      using Step = std::integral_constant<std::int64_t, 1>;
      if (walk.steps_a() && walk.steps_b())
        row(Step{}, Step{});
      else if (walk.steps_a())
        row(Step{}, Still{});
      else if (walk.steps_b())
        row(Still{}, Step{});
      else
        row(Still{}, Still{});
      i += n;
      if (i < end) walk.next_row(place);
    }
  });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
