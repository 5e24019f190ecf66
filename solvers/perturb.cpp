#include <cotape/engine/elementwise.h>
#include <cotape/solvers/perturb.h>

namespace cotape::inline COTAPE_PRECISION {

Var perturb(Var x, const Noise& noise, Rng& rng, real tau) {
  return record(
      {"perturb", "dx = dy"}, {x},
      [&](Forward& c) {
        Tensor& y = c.out(c.in(0).shape());
        noise.sample(y, rng);
        map(
            y, [tau](real e, real a) { return a + tau * e; }, y, c.in(0));
      },
      [](Vjp& v) { v.dx.copy_from(v.dy); });
}

}  // namespace cotape::inline COTAPE_PRECISION
