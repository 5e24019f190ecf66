#pragma once
#include <cotape/apps/common/train/rule_options.h>
#include <cotape/solvers/perturb/noise.h>

namespace cotape::app {

// The rules of the table that --rule offers: identity, whose scores this program perturbs itself, and those that draw
// noise.
std::vector<NamedRule> dvae_rules();

// Settings of the discrete VAE. Defaults are those of Sahoo et al. 2023, §4.1.
struct DvaeOptions {
  CommonOptions common;
  std::int64_t k = 10;  // ones in each row of the code
  std::int64_t batch = 100;
  double learning_rate = 1e-3;
  std::int64_t validation = 10000;  // examples held out of the training set
  std::string noise;                // sog, sog-as-published, gumbel, none; empty: sog for k > 1, gumbel for k = 1
  double tau = 0;                   // scale of the noise; 0: 10 for Sum-of-Gamma, 1 for Gumbel
  std::string projection;           // standardize, none; empty: by the rule
  std::int64_t samples = 1;         // codes drawn for each image, by rules that sample
  double lambda = 10;               // step of I-MLE
  RuleOptions rule_options{dvae_rules()};  // of single rules

  // Registers every option. Parsing fills in the defaults that depend on other options, and refuses options that do
  // not go together.
  void add_to(CommandLine& line);
  void declare(Options& options);
  // Entries of config.json.
  Record settings() const { return settings_of(*this); }
  // The noise that is added to the scores, to be scaled by tau.
  Noise make_noise() const;
  // The rule of --rule, where rule_table() has it.
  NamedRule make_rule() const;

 private:
  void resolve();
};

}  // namespace cotape::app
