#include <cotape/engine/base/error.h>
#include <cotape/solvers/layer/rule_table.h>
#include <cotape/solvers/rules/aimle.h>
#include <cotape/solvers/rules/blackbox.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/rules/imle.h>
#include <cotape/solvers/rules/lpgd.h>
#include <cotape/solvers/rules/mcmc.h>
#include <cotape/solvers/rules/perturbed.h>
#include <cotape/solvers/rules/regularized.h>
#include <cotape/solvers/rules/reinmax.h>
#include <cotape/solvers/rules/simple.h>
#include <cotape/solvers/rules/straight_through.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

namespace {

std::vector<std::string> names_of(const std::vector<NamedRule>& rules) {
  std::vector<std::string> names;
  for (const NamedRule& rule : rules) names.push_back(rule.name());
  return names;
}

}  // namespace

std::vector<NamedRule> rule_table() {
  return {{"identity", Identity{}},
          {"blackbox", Blackbox{}},
          {"lpgd", Lpgd{}},
          {"straight-through", StraightThrough{}},
          {"simple", Simple{}},
          {"reinmax", ReinMax{}},
          {"imle", Imle{}},
          {"imle-central", Imle{.side = Side::central}},
          {"aimle", Aimle{}},
          {"aimle-central", Aimle{.side = Side::central}},
          {"perturbed", Perturbed{.baseline = Baseline::unperturbed}},
          {"perturbed-multiplicative",
           Perturbed{.baseline = Baseline::unperturbed, .perturbation = Perturbation::multiplicative}},
          {"regularized", Regularized{}},
          {"mcmc", Mcmc{}}};
}

std::vector<NamedRule> rules_for(const Solver& solver) {
  std::vector<NamedRule> rules = rule_table();
  std::erase_if(rules, [&](const NamedRule& rule) { return !rule.goes_with(solver); });
  return rules;
}

NamedRule rule_named(std::string_view name) {
  for (const NamedRule& rule : rule_table())
    if (rule.name() == name) return rule;
  fail<ValueError>("no gradient rule \"", name, "\"");
}

std::vector<std::string> rule_names() { return names_of(rule_table()); }

std::vector<std::string> rule_names(const Solver& solver) { return names_of(rules_for(solver)); }

}  // namespace COTAPE_PRECISION
}  // namespace cotape
