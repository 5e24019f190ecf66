#include <cotape/engine/base/error.h>
#include <cotape/engine/base/math.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/elementwise.h>
#include <cotape/solvers/perturb/perturb.h>

#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {

Var perturb(Var x, const Noise& noise, Rng& rng, real tau) {
  return with_var_vjps(record(
                           {"perturb", "dx = dy"}, {x},
                           [&](Forward& c) {
                             Tensor& y = c.out(c.in(0).shape());
                             noise.sample(y, rng);
                             map(
                                 y, [tau](real e, real a) { return a + tau * e; }, y, c.in(0));
                           },
                           [](Vjp& v) { v.dx.copy_from(v.dy); }),
                       [](const VarVjp& v) { return v.dy; });
}

void make_factors(const Tensor& z, real sigma, Tensor& factors) {
  map(
      factors, [sigma](real e) { return vexp(sigma * (e - sigma / 2)); }, z);
}

Var perturb_multiplicative(Var x, const Noise& noise, Rng& rng, real sigma) {
  if (!(sigma >= 0) || !std::isfinite(sigma))
    fail<ValueError>("perturb_multiplicative: σ = ", sigma, " is negative or not finite");
  return x * x.tape().constant(x.shape(), [&](Tensor& factors) {
    noise.sample(factors, rng);
    make_factors(factors, sigma, factors);
  });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
