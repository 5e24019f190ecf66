#pragma once
#include <cmath>
#include <limits>

#include <cotape/engine/kernels/map.h>
#include <cotape/engine/tape/record.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// dy · slope. Where no gradient arrives none passes: that 0 · ∞ is 0, as for √x at x = 0.
inline real chain(real dy, real slope) {
  const real product = dy * slope;
  return dy == 0 && std::abs(slope) > std::numeric_limits<real>::max() ? 0 : product;
}

// An op y = f(x) with dy/dx = slope(x, y), elementwise.
template <class F, class Slope>
Var unary(const Op& op, Var x, F f, Slope slope) {
  return record(
      op, {x}, [&](Forward& c) { map(c.out(c.in(0).shape()), f, c.in(0)); },
      [slope](Vjp& v) {
        map(
            v.dx, [slope](real dy, real a, real y) { return chain(dy, slope(a, y)); }, v.dy, v.input(0), v.y);
      });
}

// An op y = f(a, b) with ∂y/∂a = slope_a(a, b, y) and ∂y/∂b = slope_b(a, b, y), broadcasting like NumPy.
template <class F, class SlopeA, class SlopeB>
Var binary(Op op, Var a, Var b, F f, SlopeA slope_a, SlopeB slope_b) {
  op.broadcasts = true;
  const auto product = [](auto slope) {
    return [slope](Vjp& v) {
      const auto term = [slope](real xa, real xb, real dy, real y) { return chain(dy, slope(xa, xb, y)); };
      map_broadcast(v.dx, term, v.input(0), v.input(1), v.dy, v.y);
    };
  };
  return record(
      op, {a, b},
      [&](Forward& c) { map_broadcast(c.out(broadcast(c.in(0).shape(), c.in(1).shape())), f, c.in(0), c.in(1)); },
      product(slope_a), product(slope_b));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
