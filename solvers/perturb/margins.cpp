#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/solvers/perturb/margins.h>
#include <cotape/solvers/perturb/perturb.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

Var noise_margin(Var x, real alpha, Rng& rng) { return perturb(x, TwoPoint{.alpha = alpha}, rng); }

Var informed_margin(Var x, Var target, real alpha, Sense sense) {
  if (!(alpha >= 0)) fail<ValueError>("informed_margin: α = ", alpha, " is negative or NaN");
  if (x.shape() != target.shape())
    fail<ShapeError>("informed_margin: shapes differ: x ", x.shape(), " target ", target.shape());
  const real sign = sense == Sense::minimise ? real(1) : real(-1);
  return x + sign * alpha * (target - real(0.5));
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
