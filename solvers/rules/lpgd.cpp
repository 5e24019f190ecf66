#include <cotape/engine/base/error.h>
#include <cotape/engine/kernels/map.h>
#include <cotape/engine/tape/record.h>
#include <cotape/solvers/rules/lpgd.h>

#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

// Throws unless all entries of y + factor·difference, solutions that the rule has looked at, are 0 or 1.
void require_zero_one(const Tensor& y, real factor, const Tensor& difference, real rho, const BatchOracle& oracle) {
  const std::int64_t size = oracle.traits().shape.size();
  const auto entry_at = [&](std::int64_t i) { return y[i] + factor * difference[i]; };
  int others = 0;
  for (std::int64_t i = 0; i < y.size(); ++i) {
    const real entry = entry_at(i);
    others |= static_cast<int>(entry != 0) & static_cast<int>(entry != 1);
  }
  for (std::int64_t i = 0; others != 0 && i < y.size(); ++i)
    if (const real entry = entry_at(i); entry != 0 && entry != 1)
      fail<ValueError>("with ρ = ", rho, " solutions of 0 and 1 are needed, and ", oracle.traits().name, " has ", entry,
                       " at instance ", i / size, ", index ", i % size);
}

// v.dx = (y₊ − y)/τ or (y − y₋)/τ, or their mean.
void proximal_gradient(Vjp& v, const Lpgd& rule, const BatchOracle& oracle) {
  const SampleLayout layout = sample_layout(v.dx.shape(), 1, oracle);
  Tensor u = v.scratch(v.y.shape()), steps = v.scratch(Shape{layout.outer});
  map(
      u, [rho = rule.rho](real theta, real y) { return theta + rho * (y - real(0.5)); }, v.input(0), v.y);
  steps.fill(rule.tau);
  v.dx.fill(0);
  for (const Side side : {Side::away, Side::target}) {
    if (rule.side != side && rule.side != Side::central) continue;
    const Tensor difference = solution_difference(v, layout, oracle, u, steps, side);
    require_zero_one(v.y, side == Side::away ? real(1) : real(-1), difference, rule.rho, oracle);
    map(
        v.dx, [](real sum, real d) { return sum + d; }, v.dx, difference);
  }
  map(
      v.dx, [share = 1 / (steps_apart(rule.side) * rule.tau)](real sum) { return share * sum; }, v.dx);
  oracle.diagnostics().lambda = static_cast<double>(rule.tau);
}

}  // namespace

void Lpgd::describe(SettingVisitor& see) {
  see.number("lambda", tau, RuleRange::positive, "Step");
  see.number("lpgd-rho", rho, RuleRange::non_negative, "How strongly lpgd holds moved solutions back");
  describe_side(see, side);
}

Var Lpgd::operator()(Var scores, const BatchOracle& oracle) const {
  return record_rule(
      "lpgd", difference_formula(side), scores, oracle,
      [&](Forward& c) {
        if (!(tau > 0) || !std::isfinite(tau)) fail<ValueError>("τ = ", tau, " is not a positive number");
        if (!(rho >= 0) || !std::isfinite(rho)) fail<ValueError>("ρ = ", rho, " is not a number of 0 or more");
        Tensor& y = c.out(c.in(0).shape());
        oracle.argmax(c.in(0), y);
        if (rho > 0) require_zero_one(y, 0, y, rho, oracle);
      },
      [oracle, rule = *this](Vjp& v) {
        if (rule.rho > 0)
          proximal_gradient(v, rule, oracle);
        else
          difference_gradient(v, 1, oracle, v.input(0), rule.tau, rule.side);
      });
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
