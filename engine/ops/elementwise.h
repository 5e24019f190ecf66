#pragma once
#include <cmath>
#include <limits>

#include <cotape/engine/kernels/map.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/tape/record.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// dy · slope. Where no gradient arrives none passes: that 0 · ∞ is 0, as for √x at x = 0.
inline real chain(real dy, real slope) {
  const real product = dy * slope;
  return dy == 0 && std::abs(slope) > std::numeric_limits<real>::max() ? 0 : product;
}

// The same as an op, for products that are recorded.
Var chain(Var dy, Var slope);
inline Var chain(Var dy, real slope) { return slope == 1 ? dy : scale(dy, slope); }

// A slope written once for numbers and Vars, as a lambda of `auto` in ops that both have, gives the op its second form.
// The functions of base/math.h under their names there:
inline Var vexp(Var x) { return exp(x); }
inline Var vlog(Var x) { return log(x); }
inline Var vsigmoid(Var x) { return sigmoid(x); }
// A constant scalar on x's tape.
inline Var number(Var x, real value) {
  return x.tape().constant(Shape{}, [value](Tensor& out) { out[0] = value; });
}

// An op y = f(x) with dy/dx = slope(x, y), elementwise; `var_slope` is the slope for Vars, where it is another.
template <class F, class Slope, class VarSlope>
Var unary(const Op& op, Var x, F f, Slope slope, VarSlope var_slope) {
  Var result = record(
      op, {x}, [&](Forward& c) { map(c.out(c.in(0).shape()), f, c.in(0)); },
      [slope](Vjp& v) {
        map(
            v.dx, [slope](real dy, real a, real y) { return chain(dy, slope(a, y)); }, v.dy, v.input(0), v.y);
      });
  if constexpr (std::is_invocable_v<VarSlope, Var, Var>)
    result = with_var_vjps(result, [var_slope](const VarVjp& v) { return chain(v.dy, var_slope(v.input(0), v.y)); });
  return result;
}
template <class F, class Slope>
Var unary(const Op& op, Var x, F f, Slope slope) {
  return unary(op, x, f, slope, slope);
}

// An op y = f(a, b) with ∂y/∂a = slope_a(a, b, y) and ∂y/∂b = slope_b(a, b, y), broadcasting like NumPy; the last two
// are the slopes for Vars, where they are others.
template <class F, class SlopeA, class SlopeB, class VarSlopeA, class VarSlopeB>
Var binary(Op op, Var a, Var b, F f, SlopeA slope_a, SlopeB slope_b, VarSlopeA var_slope_a, VarSlopeB var_slope_b) {
  op.broadcasts = true;
  const auto product = [](auto slope) {
    return [slope](Vjp& v) {
      const auto term = [slope](real xa, real xb, real dy, real y) { return chain(dy, slope(xa, xb, y)); };
      map_broadcast(v.dx, term, v.input(0), v.input(1), v.dy, v.y);
    };
  };
  Var result = record(
      op, {a, b},
      [&](Forward& c) { map_broadcast(c.out(broadcast(c.in(0).shape(), c.in(1).shape())), f, c.in(0), c.in(1)); },
      product(slope_a), product(slope_b));
  if constexpr (std::is_invocable_v<VarSlopeA, Var, Var, Var> && std::is_invocable_v<VarSlopeB, Var, Var, Var>) {
    const auto recorded = [](auto slope) {
      return [slope](const VarVjp& v) { return chain(v.dy, slope(v.input(0), v.input(1), v.y)); };
    };
    result = with_var_vjps(result, recorded(var_slope_a), recorded(var_slope_b));
  }
  return result;
}
template <class F, class SlopeA, class SlopeB>
Var binary(const Op& op, Var a, Var b, F f, SlopeA slope_a, SlopeB slope_b) {
  return binary(op, a, b, f, slope_a, slope_b, slope_a, slope_b);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
