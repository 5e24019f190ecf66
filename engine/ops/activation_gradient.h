#pragma once
#include <cotape/engine/kernels/activation.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/compare.h>
#include <cotape/engine/tape/record.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// dy → dy ⊙ activation′, in place, once for all products of an op. NaN stays NaN in the value and has no gradient.
inline auto activation_gradient(Activation activation) {
  return Before{[activation](Vjp& v) {
    if (activation == Activation::relu)
      map(
          v.dy, [](real d, real y) { return y > 0 ? d : 0; }, v.dy, v.y);
  }};
}

// The same in the second form: dy ⊙ activation′.
inline Var activation_gradient(Activation activation, const VarVjp& v) {
  return activation == Activation::relu ? v.dy * greater(v.y, 0) : v.dy;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
