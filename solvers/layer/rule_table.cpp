#include <cotape/engine/base/error.h>
#include <cotape/solvers/layer/rule_table.h>
#include <cotape/solvers/rules/aimle.h>
#include <cotape/solvers/rules/blackbox.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/rules/imle.h>
#include <cotape/solvers/rules/lpgd.h>
#include <cotape/solvers/rules/perturbed.h>
#include <cotape/solvers/rules/straight_through.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

std::vector<NamedRule> rule_table() {
  return {{"identity", Identity{}},
          {"blackbox", Blackbox{}},
          {"lpgd", Lpgd{}},
          {"straight-through", StraightThrough{}},
          {"imle", Imle{}},
          {"imle-central", Imle{.side = Side::central}},
          {"aimle", Aimle{}},
          {"aimle-central", Aimle{.side = Side::central}},
          {"perturbed", Perturbed{.baseline = Baseline::unperturbed}},
          {"perturbed-multiplicative",
           Perturbed{.baseline = Baseline::unperturbed, .perturbation = Perturbation::multiplicative}}};
}

NamedRule rule_named(std::string_view name) {
  for (const NamedRule& rule : rule_table())
    if (rule.name() == name) return rule;
  fail<ValueError>("no gradient rule \"", name, "\"");
}

std::vector<std::string> rule_names() {
  std::vector<std::string> names;
  for (const NamedRule& rule : rule_table()) names.push_back(rule.name());
  return names;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
