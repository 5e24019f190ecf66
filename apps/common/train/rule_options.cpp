#include <cotape/apps/common/train/rule_options.h>
#include <cotape/engine/base/error.h>
#include <cotape/solvers/perturb/sum_of_gamma.h>

#include <algorithm>
#include <map>

namespace cotape::app {
namespace {

// "a, b and c"
std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 < names.size() ? ", " : " and ") + names[i];
  return text;
}

// Those that are no variants of others.
std::vector<NamedRule> first_of(const std::vector<NamedRule>& rules) {
  std::vector<NamedRule> list;
  for (const NamedRule& rule : rules)
    if (std::none_of(list.begin(), list.end(),
                     [&](const NamedRule& one) { return rule.name().starts_with(one.name() + "-"); }))
      list.push_back(rule);
  return list;
}

// The noise that a rule draws if nothing is said; nothing for one that draws none.
std::optional<RuleSetting> noise_of(const std::string& rule) {
  if (rule == "fenchel-young") return RuleSetting{"noise", FenchelYoungOptions{}.noise, ""};
  const std::vector<std::string> known = rule_names();
  if (std::find(known.begin(), known.end(), rule) == known.end()) return {};
  for (const RuleSetting& setting : rule_named(rule).settings())
    if (std::holds_alternative<Noise>(setting.value)) return setting;
  return {};
}

// Whether a rule draws samples, of noise or otherwise.
bool draws(const std::string& rule) {
  if (rule == "fenchel-young") return true;
  const std::vector<std::string> known = rule_names();
  return std::find(known.begin(), known.end(), rule) != known.end() && rule_named(rule).has("samples");
}

// "gumbel, normal or none [gumbel; normal for perturbed and fenchel-young]"
std::string noise_help(const std::vector<std::string>& rules) {
  std::vector<std::string> others;
  for (const std::string& rule : rules)
    if (default_noise(rule) == "normal") others.push_back(rule);
  return "gumbel, normal or none [gumbel; normal for " + list_of(others) + "]";
}

}  // namespace

std::string default_noise(const std::string& rule) {
  const auto setting = noise_of(rule);
  return setting ? std::get<Noise>(setting->value).name() : "none";
}

bool needs_density(const std::string& rule) {
  const auto setting = noise_of(rule);
  return setting && setting->range == RuleRange::differentiable;
}

Noise score_noise(const std::string& name, std::int64_t kappa) {
  if (name != "sog" && name != "sog-as-published") return noise_named(name);
  return SumOfGamma{.k = static_cast<real>(kappa), .tau = 1, .s = 10, .as_published_code = name == "sog-as-published"};
}

std::vector<std::string> projection_names() { return {"", "standardize", "center", "norm", "none"}; }

Projection projection_named(const std::string& name) {
  if (name == "standardize") return Projection::standardize;
  if (name == "center") return Projection::center;
  if (name == "norm") return Projection::unit_norm;
  return Projection::none;
}

RuleOptions::RuleOptions(const std::vector<NamedRule>& all) {
  std::map<std::string, std::vector<std::string>> rules_with;
  for (const NamedRule& rule : first_of(all)) {
    rules_.push_back(rule.name());
    for (const RuleSetting& setting : rule.settings()) {
      std::vector<std::string>& rules = rules_with[setting.name];
      if (rules.empty() && setting.offered) entries_.push_back({setting, setting.name.starts_with(rule.name() + "-")});
      rules.push_back(rule.name());
    }
  }
  for (auto& [setting, own] : entries_)
    if (!own) setting.help += " of " + list_of(rules_with[setting.name]);
  // Options of one rule come last.
  std::stable_partition(entries_.begin(), entries_.end(), [](const Entry& entry) { return !entry.own; });
  preset("tau", 0.01);
  preset("sigma", 0.1);
}

RuleOptions::Entry& RuleOptions::at(const std::string& setting) {
  for (Entry& entry : entries_)
    if (entry.setting.name == setting) return entry;
  fail<ValueError>("no rule has the setting ", setting);
}

void RuleOptions::leave_out(const std::string& setting) {
  entries_.erase(entries_.begin() + (&at(setting) - entries_.data()));
}

void RuleOptions::with_fenchel_young(double epsilon, const std::string& more_help) {
  fenchel_young_ = true;
  epsilon_ = epsilon;
  epsilon_help_ = "Scale of the noise of fenchel-young; 0: the structured perceptron" + more_help;
}

void RuleOptions::declare(Options& options) {
  bool epsilon_is_due = fenchel_young_;
  for (auto& [setting, own] : entries_) {
    if (own && std::exchange(epsilon_is_due, false)) options.add("epsilon", epsilon_, epsilon_help_, non_negative());
    if (auto* number = std::get_if<double>(&setting.value)) {
      const bool zero = setting.range == RuleRange::non_negative;
      options.add(setting.name, *number, setting.help, zero ? non_negative() : positive());
    } else if (auto* count = std::get_if<std::int64_t>(&setting.value)) {
      options.add(setting.name, *count, setting.help, between(1, 10000));
    } else if (auto* flag = std::get_if<bool>(&setting.value)) {
      options.add(setting.name, *flag, setting.help);
    } else if (std::holds_alternative<Noise>(setting.value)) {
      std::vector<std::string> rules = rules_;
      if (fenchel_young_) rules.emplace_back("fenchel-young");
      options.add(setting.name, noise_, noise_help(rules), one_of({"", "gumbel", "normal", "none"}));
    }
  }
  if (epsilon_is_due) options.add("epsilon", epsilon_, epsilon_help_, non_negative());
}

void RuleOptions::resolve(const std::string& rule) {
  const std::string of_rule = "--rule " + rule;
  const bool drawn = noise_of(rule).has_value();
  const std::int64_t samples = std::get<std::int64_t>(at("samples").setting.value);
  if (!draws(rule) && samples != 1) refuse_option("--samples " + std::to_string(samples), of_rule + " draws none");
  if (!drawn && !noise_.empty()) refuse_option("--noise " + noise_, of_rule + " draws none");
  if (needs_density(rule) && noise_ == "none") refuse_option("--noise none", of_rule + " needs noise");
  if (noise_.empty()) noise_ = default_noise(rule);
}

NamedRule RuleOptions::make(const std::string& rule) const {
  NamedRule made = rule_named(rule);
  for (const auto& [setting, own] : entries_) {
    const bool is_noise = std::holds_alternative<Noise>(setting.value);
    made.set_all({{setting.name, is_noise ? RuleValue(noise_named(noise_)) : setting.value}});
  }
  return made;
}

FenchelYoungOptions RuleOptions::fenchel_young() const {
  FenchelYoungOptions options{.epsilon = static_cast<real>(epsilon_), .noise = noise_named(noise_)};
  for (const auto& [setting, own] : entries_)
    if (setting.name == "samples") options.samples = std::get<std::int64_t>(setting.value);
  return options;
}

}  // namespace cotape::app
