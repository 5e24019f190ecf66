#include <cotape/engine/ops/elementwise.h>
#include <cotape/solvers/perturb/perturb.h>

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

}  // namespace COTAPE_PRECISION
}  // namespace cotape
