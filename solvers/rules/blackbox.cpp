#include <cotape/engine/tape/record.h>
#include <cotape/solvers/rules/blackbox.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

void Blackbox::describe(SettingVisitor& see) {
  see.number("lambda", lambda, RuleRange::positive, "Step");
  describe_side(see, side);
}

Var Blackbox::operator()(Var scores, const BatchOracle& oracle) const {
  return record_rule(
      "blackbox", difference_formula(side), scores, oracle,
      [&](Forward& c) {
        require_lambda(lambda);
        oracle.argmax(c.in(0), c.out(c.in(0).shape()));
      },
      [oracle, rule = *this](Vjp& v) { difference_gradient(v, 1, oracle, v.input(0), rule.lambda, rule.side); });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
