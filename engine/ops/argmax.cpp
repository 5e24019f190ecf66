#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/lines.h>
#include <cotape/engine/ops/argmax.h>
#include <cotape/engine/ops/index_limit.h>
#include <cotape/engine/tape/record.h>

#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// The index of the element that beats(a, b) all those before it and is not beaten by one behind.
template <class Beats>
Var arg_best(const char* name, Var x, int axis, bool keepdims, Beats beats) {
  return record(
      {name, "none"}, {x},
      [=](Forward& c) {
        const Tensor& in = c.in(0);
        const AxisView view = view_around(in.shape(), axis);
        require_countable(in.shape(), axis);
        Tensor& y = c.out(keepdims ? in.shape().with(axis, 1) : in.shape().without(axis));
        if (view.size == 0 && y.size() > 0)
          fail<ShapeError>("axis ", axis, " of shape ", in.shape(), " has no elements");
        for_lines(view, [&](std::int64_t first, std::int64_t line) {
          const real* numbers = in.data() + first;
          std::int64_t best = 0;
          for (std::int64_t i = 1; i < view.size && !std::isnan(numbers[best * view.inner]); ++i) {
            const real number = numbers[i * view.inner];
            if (beats(number, numbers[best * view.inner]) || std::isnan(number)) best = i;
          }
          y[line] = static_cast<real>(best);
        });
      },
      no_gradient);
}

}  // namespace

Var argmax(Var x, int axis, bool keepdims) {
  return arg_best("argmax", x, axis, keepdims, [](real a, real b) { return a > b; });
}

Var argmin(Var x, int axis, bool keepdims) {
  return arg_best("argmin", x, axis, keepdims, [](real a, real b) { return a < b; });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
