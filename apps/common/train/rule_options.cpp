#include <cotape/apps/common/train/rule_options.h>

#include <CLI/CLI.hpp>

namespace cotape::app {
namespace {

bool draws(const std::string& rule) {
  for (const char* name :
       {"straight-through", "imle", "imle-central", "aimle", "aimle-central", "perturbed", "fenchel-young"})
    if (rule == name) return true;
  return false;
}

}  // namespace

void AimleOptions::add_to(CLI::App& app) {
  app.add_flag("--aimle-as-code", as_code, "aimle as its published code does it, not as its paper says");
  require_positive(app.add_option("--aimle-nonzeros", nonzeros,
                                  "Non-zeros that aimle wants in the difference of an example of the batch; as in the "
                                  "paper"));
}

Record AimleOptions::settings() const { return {{"aimle_as_code", as_code}, {"aimle_nonzeros", nonzeros}}; }

AimleAdaptation AimleOptions::adaptation() const {
  AimleAdaptation adaptation = as_code ? AimleAdaptation::as_code() : AimleAdaptation::as_paper();
  adaptation.nonzeros = nonzeros;
  return adaptation;
}

void RuleOptions::add_to(CLI::App& app, const std::string& instance, const std::string& lambda_help,
                         const std::string& epsilon_help) {
  require_positive(app.add_option("--lambda", lambda, lambda_help));
  app.add_option("--samples", samples, "Noisy solutions for each " + instance + ", of the rules that draw them")
      ->check(CLI::Range(1, 10000).description(""));
  app.add_option("--noise", noise, "gumbel, normal or none [gumbel; normal for perturbed and fenchel-young]")
      ->check(CLI::IsMember({"", "gumbel", "normal", "none"}));
  require_non_negative(app.add_option("--tau", tau, "Scale of the noise of straight-through, imle and aimle"));
  require_positive(app.add_option("--sigma", sigma, "Scale of the noise of perturbed"));
  require_non_negative(app.add_option("--epsilon", epsilon, epsilon_help));
  aimle.add_to(app);
}

void RuleOptions::resolve(const std::string& rule) {
  const auto refuse = [](const std::string& option, const std::string& why) {
    throw CLI::ValidationError(option, why);
  };
  const std::string of_rule = "--rule " + rule;
  if (!draws(rule) && samples != 1) refuse("--samples " + std::to_string(samples), of_rule + " draws none");
  if (!draws(rule) && !noise.empty()) refuse("--noise " + noise, of_rule + " draws none");
  if (rule == "perturbed" && noise == "none") refuse("--noise none", of_rule + " needs noise");
  if (noise.empty())
    noise = !draws(rule) ? "none" : rule == "perturbed" || rule == "fenchel-young" ? "normal" : "gumbel";
}

Record RuleOptions::settings() const {
  Record record = {{"lambda", lambda}, {"samples", samples}, {"noise", noise},
                   {"tau", tau},       {"sigma", sigma},     {"epsilon", epsilon}};
  const Record of_aimle = aimle.settings();
  record.insert(record.end(), of_aimle.begin(), of_aimle.end());
  return record;
}

Noise RuleOptions::make_noise() const {
  if (noise == "gumbel") return Gumbel{};
  if (noise == "normal") return Normal{};
  return NoNoise{};
}

RuleSettings RuleOptions::rule_settings(const std::string& rule) const {
  return {.rule = rule,
          .lambda = lambda,
          .noise = make_noise(),
          .scale = rule == "perturbed" ? sigma : tau,
          .samples = samples,
          .adaptation = aimle.adaptation()};
}

FenchelYoungOptions RuleOptions::fenchel_young() const { return {static_cast<real>(epsilon), samples, make_noise()}; }

}  // namespace cotape::app
