#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/elementwise.h>
#include <cotape/engine/ops/random.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

Var dropout(Var x, real probability, Rng& rng) {
  return with_var_vjps(record(
                           {"dropout", "dx = dy ⊙ mask / (1 − p)"}, {x},
                           [&](Forward& c) {
                             if (!(probability >= 0 && probability < 1))
                               fail<ValueError>("probability ", probability, " is not in [0, 1)");
                             Tensor& mask = c.save(c.in(0).shape());
                             rng.uniform(mask);
                             map(
                                 mask, [probability](real u) { return u < probability ? 0 : 1 / (1 - probability); },
                                 mask);
                             map(
                                 c.out(mask.shape()), [](real a, real m) { return a * m; }, c.in(0), mask);
                           },
                           [](Vjp& v) {
                             map(
                                 v.dx, [](real dy, real m) { return dy * m; }, v.dy, v.saved(0));
                           }),
                       [](const VarVjp& v) { return v.dy * v.saved(0); });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
