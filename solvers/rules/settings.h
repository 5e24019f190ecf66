#pragma once
#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <cotape/engine/base/parallel.h>
#include <cotape/solvers/perturb/noise.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What can be set on a rule: a flag, a count, a number, noise, or the name of a choice.
using RuleValue = std::variant<bool, std::int64_t, double, Noise, std::string>;
using RuleValues = std::vector<std::pair<std::string, RuleValue>>;

// The values that make sense; for noise, whether it must have a density with a derivative.
enum class RuleRange { any, positive, non_negative, differentiable };

// One setting of a rule, as programs, tests and tables see it whose rule is not known when they are compiled.
struct RuleSetting {
  std::string name = {};  // as on a command line: "lambda". One of a single rule begins with its name: "aimle-nonzeros"
  RuleValue value = {};   // now; decides the type
  std::string help = {};  // one sentence without a full stop
  RuleRange range = RuleRange::any;
  std::vector<std::string> choices = {};  // of a choice: all names
  bool offered = true;                    // whether programs have an option for it
};

// Sees a rule's settings one by one, and may change them. A rule whose settings can be reached by name has
//   void describe(SettingVisitor& see);
// which hands each of its members to one of these functions.
class SettingVisitor {
 public:
  // `see` is called with each setting; a new value of the same type is written into the rule.
  explicit SettingVisitor(FunctionRef<void(RuleSetting&)> see) : see_(see) {}

  template <std::floating_point T>
  void number(const char* name, T& value, RuleRange range, const char* help, bool offered = true) {
    RuleSetting setting{name, static_cast<double>(value), help, range, {}, offered};
    see_(setting);
    value = static_cast<T>(std::get<double>(setting.value));
  }
  // A whole number from 1 on.
  void count(const char* name, std::int64_t& value, const char* help) {
    value = seen<std::int64_t>({name, value, help, RuleRange::positive});
  }
  void flag(const char* name, bool& value, const char* help) { value = seen<bool>({name, value, help}); }
  void noise(const char* name, Noise& value, RuleRange range, const char* help) {
    value = seen<Noise>({name, value, help, range});
  }
  // One of several named values. Programs offer no option for it: rules of the table that differ in it have names of
  // their own, as imle-central has.
  template <class E, std::size_t n>
  void choice(const char* name, E& value, const std::array<std::pair<E, const char*>, n>& names, const char* help) {
    RuleSetting setting{name, {}, help, RuleRange::any, {}, false};
    for (const auto& [one, its_name] : names) {
      setting.choices.emplace_back(its_name);
      if (one == value) setting.value = std::string(its_name);
    }
    const std::string chosen = seen<std::string>(std::move(setting));
    for (const auto& [one, its_name] : names)
      if (chosen == its_name) value = one;
  }

 private:
  template <class T>
  T seen(RuleSetting setting) {
    see_(setting);
    return std::get<T>(std::move(setting.value));
  }

  FunctionRef<void(RuleSetting&)> see_;
};

// A rule of the table: its settings can be reached by name.
template <class R>
concept DescribedRule = requires(R& rule, SettingVisitor& see) {
  rule.describe(see);
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
