#include <cotape/engine/tape/record.h>
#include <cotape/solvers/rules/identity.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

Var Identity::operator()(Var scores, const BatchOracle& oracle) const {
  return record_rule(
      "identity", "dθ = dy", scores, oracle, [&](Forward& c) { oracle.argmax(c.in(0), c.out(c.in(0).shape())); },
      [](Vjp& v) { v.dx.copy_from(v.dy); });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
