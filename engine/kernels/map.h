#pragma once
#include <algorithm>
#include <array>
#include <type_traits>

#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/shape.h>
#include <cotape/engine/base/tensor.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// How many elements one block of a parallel loop works on.
inline constexpr std::int64_t elementwise_block = 1 << 14;

// out[i] = f(in[i]...): one pass over memory. All tensors have the same size; out may be one of the inputs.
template <class F, class... In>
void map(Tensor& out, F f, const In&... in) {
  parallel_for(out.size(), elementwise_block, [&](std::int64_t begin, std::int64_t end) {
    const auto loop = [begin, end, f](real* y, const auto*... x) {
      for (std::int64_t i = begin; i < end; ++i) y[i] = f(x[i]...);
    };
    loop(out.data(), in.data()...);
  });
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
        const auto loop = [n, f, step_a, step_b](real* y, const real* pa, const real* pb, const auto*... x) {
          for (std::int64_t j = 0; j < n; ++j) y[j] = f(pa[j * step_a], pb[j * step_b], x[j]...);
        };
        loop(out.data() + i, a.data() + place.a + place.column * step_a, b.data() + place.b + place.column * step_b,
             (rest.data() + i)...);
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
