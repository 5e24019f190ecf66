#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/solvers/layer/named_rule.h>

#include <algorithm>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

bool in_range(RuleRange range, double number) {
  if (range == RuleRange::positive) return number > 0 && std::isfinite(number);
  if (range == RuleRange::non_negative) return number >= 0 && std::isfinite(number);
  return true;
}

// `given` as a value of the setting's type. Throws ValueError when it is none of it.
RuleValue checked(const std::string& rule, const RuleSetting& setting, RuleValue given) {
  const std::string what = rule + ": " + setting.name;
  if (const auto* whole = std::get_if<std::int64_t>(&given); whole && std::holds_alternative<double>(setting.value))
    given = static_cast<double>(*whole);
  if (given.index() != setting.value.index()) {
    constexpr std::array<const char*, 5> types = {"a flag", "a whole number", "a number", "noise", "a name"};
    fail<ValueError>(what, " is ", types[setting.value.index()], ", not ", types[given.index()]);
  }
  if (const auto* number = std::get_if<double>(&given); number && !in_range(setting.range, *number))
    fail<ValueError>(what, " = ", *number, " is not ",
                     setting.range == RuleRange::positive ? "a positive number" : "a number of 0 or more");
  if (const auto* count = std::get_if<std::int64_t>(&given); count && *count < 1)
    fail<ValueError>(what, " = ", *count, ": at least one is needed");
  if (const auto* noise = std::get_if<Noise>(&given);
      noise && setting.range == RuleRange::differentiable && !noise->has_score_derivative())
    fail<ValueError>(what, " ", noise->name(), " has no density with a derivative, which this rule needs");
  if (const auto* name = std::get_if<std::string>(&given);
      name && std::find(setting.choices.begin(), setting.choices.end(), *name) == setting.choices.end()) {
    std::string all;
    for (const std::string& choice : setting.choices) all += (all.empty() ? "" : ", ") + choice;
    fail<ValueError>(what, " is one of ", all, ", not \"", *name, "\"");
  }
  return given;
}

}  // namespace

Samples NamedRule::one_sample(Var y, const BatchOracle& oracle) {
  const int axis = y.shape().rank() > oracle.traits().shape.rank() ? 1 : 0;
  return {reshape(y, y.shape().inserted(axis, 1)), axis};
}

void NamedRule::check_solver(const Solver& solver) const {
  for (const Ability what : needs()) solver.require(what, name_.c_str());
  rule_->check_solver(solver);
}

bool NamedRule::goes_with(const Solver& solver) const {
  try {
    check_solver(solver);
    return true;
  } catch (const ValueError&) {
    return false;
  }
}

std::vector<RuleSetting> NamedRule::settings() const {
  std::vector<RuleSetting> list;
  rule_->described([&](RuleSetting& setting) { list.push_back(setting); });
  return list;
}

bool NamedRule::has(std::string_view setting) const {
  bool found = false;
  rule_->described([&](RuleSetting& one) { found = found || one.name == setting; });
  return found;
}

void NamedRule::set(std::string_view setting, const RuleValue& value) {
  bool found = false;
  std::string others;
  auto changed = rule_->described([&](RuleSetting& one) {
    others += (others.empty() ? "" : ", ") + one.name;
    if (one.name != setting) return;
    found = true;
    one.value = checked(name_, one, value);
  });
  if (!found) fail<ValueError>(name_, " has no setting \"", setting, "\"; it has ", others.empty() ? "none" : others);
  rule_ = std::move(changed);
}

void NamedRule::set_all(const RuleValues& values) {
  for (const auto& [setting, value] : values)
    if (has(setting)) set(setting, value);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
