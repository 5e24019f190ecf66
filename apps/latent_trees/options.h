#pragma once
#include <cotape/apps/common/train/rule_options.h>
#include <cotape/apps/latent_trees/layouts.h>
#include <cotape/solvers/perturb/noise.h>

namespace cotape::app {

// Settings of the latent spanning trees. Defaults are those of the scaled experiment: hidden layers of 64 units and
// 10,000 iterations; the README has those of the papers.
struct LatentTreesOptions {
  CommonOptions common;
  LayoutSizes sizes;
  std::uint64_t data_seed = 1;  // of generated examples
  std::int64_t hidden = 64;     // units of every hidden layer
  std::int64_t rollout = 0;     // steps predicted from one given frame in training; 0: 10, or all if there are fewer
  double variance = 5e-5;       // of a coordinate under the decoder
  std::int64_t batch = 128;
  double learning_rate = 5e-4;
  std::int64_t decay_every = 200;  // epochs after which the rate is multiplied with `decay`
  double decay = 0.5;
  std::string noise;       // sog, sog-as-published, gumbel, normal, none; empty: by the rule
  double tau = 0;          // scale of the noise; 0: by the noise
  std::string projection;  // standardize, center, norm, none; empty: by the rule
  std::int64_t samples = 1;
  double temperature = 1;    // of the relaxation
  RuleOptions rule_options;  // of single rules

  // Registers every option. Parsing fills in the defaults that depend on other options, and refuses options that do
  // not go together.
  void add_to(CommandLine& line);
  void declare(Options& options);
  // Entries of config.json.
  Record settings() const { return settings_of(*this); }

  // Whether trees are relaxed in training: no rule of the table.
  bool relaxes() const { return common.rule == "sst" || common.rule == "sst-hard"; }
  // Whether the rule itself draws noise; where not, the program perturbs the scores first.
  bool rule_draws() const;
  // The noise that is added to the scores, to be scaled by tau.
  Noise make_noise() const;
  // The rule of --rule, where rule_table() has it.
  NamedRule make_rule() const;

 private:
  void resolve();
};

}  // namespace cotape::app
