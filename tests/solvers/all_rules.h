#pragma once
#include <doctest/doctest.h>

#include <cotape/solvers/layer/rule_table.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Every rule of the table that is for this solver, under each of its choices, flags and, where the noise must have a
// density, kinds of noise.
inline std::vector<NamedRule> all_rules(const Solver& solver) {
  std::vector<NamedRule> done;
  for (NamedRule& rule : rules_for(solver)) {
    rule.set_all({{"samples", std::int64_t{3}}, {"lambda", 2.0}, {"aimle-alpha", 1.0}});
    std::vector<NamedRule> variants = {rule};
    const auto vary = [&](const std::string& setting, const std::vector<RuleValue>& values) {
      std::vector<NamedRule> more;
      for (const NamedRule& variant : variants)
        for (const RuleValue& value : values) {
          NamedRule changed = variant.clone();
          changed.set(setting, value);
          more.push_back(changed);
        }
      variants = std::move(more);
    };
    for (const RuleSetting& setting : rule.settings()) {
      if (std::holds_alternative<bool>(setting.value)) vary(setting.name, {false, true});
      if (!setting.choices.empty()) vary(setting.name, {setting.choices.begin(), setting.choices.end()});
      if (setting.range == RuleRange::differentiable) vary(setting.name, {Normal{}, Gumbel{}, Laplace{}});
    }
    done.insert(done.end(), variants.begin(), variants.end());
  }
  return done;
}

// Calls f(rule) for each; what is learned in one call is not known to others.
template <class F>
void for_each_rule(const Solver& solver, F f) {
  for (const NamedRule& rule : all_rules(solver)) {
    CAPTURE(rule.name());
    for (const RuleSetting& setting : rule.settings())
      if (const auto* choice = std::get_if<std::string>(&setting.value)) CAPTURE(*choice);
    f(rule);
  }
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
