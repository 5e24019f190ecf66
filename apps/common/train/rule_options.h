#pragma once
#include <cotape/apps/common/train/options.h>
#include <cotape/apps/common/train/solver_layer.h>
#include <cotape/solvers/losses/fenchel_young.h>

namespace cotape::app {

// How AIMLE adapts its step.
struct AimleOptions {
  bool as_code = false;
  double nonzeros = 1;

  // Adds --aimle-as-code --aimle-nonzeros.
  void add_to(CLI::App& app);
  // The entries of config.json.
  Record settings() const;
  AimleAdaptation adaptation() const;
};

// Settings of the gradient rules, for programs that train through a solver. A program sets its own defaults before it
// registers them.
struct RuleOptions {
  double lambda = 20;
  std::int64_t samples = 1;
  std::string noise;  // gumbel, normal, none; empty until resolve() was called
  double tau = 0.01, sigma = 0.1, epsilon = 0.1;
  AimleOptions aimle;

  // Adds --lambda --samples --noise --tau --sigma --epsilon and those of AIMLE. `instance` is what a solver solves, in
  // the help of --samples; the other texts say what --lambda steps along and what is known of --epsilon.
  void add_to(CLI::App& app, const std::string& instance, const std::string& lambda_help,
              const std::string& epsilon_help);
  // Fills in the noise of `rule`. Throws CLI::ValidationError for samples or noise of a rule that draws none, and for
  // a rule that needs noise and is given none.
  void resolve(const std::string& rule);
  // The entries of config.json.
  Record settings() const;

  RuleSettings rule_settings(const std::string& rule) const;
  FenchelYoungOptions fenchel_young() const;

 private:
  Noise make_noise() const;
};

}  // namespace cotape::app
