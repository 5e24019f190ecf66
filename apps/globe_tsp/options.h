#pragma once
#include <cotape/apps/common/train/rule_options.h>
#include <cotape/engine/ops/loss.h>
#include <cotape/solvers/tsp/tsp.h>

namespace cotape::app {

// Settings of training. Where the papers are silent, --help and the README tell what is taken.
struct GlobeOptions {
  CommonOptions common;
  std::int64_t countries = 5;      // in an example, k
  std::int64_t world = 100;        // to draw them from
  std::vector<std::string> codes;  // the countries of the world instead; empty: chosen by rule
  std::filesystem::path capitals;  // a table of the user's; empty: the library's
  std::int64_t train = 10000, val = 1000, test = 1000;
  std::uint64_t data_seed = 1;  // of examples and of corrupted labels
  std::string pool = "max";     // max, none
  std::string loss;             // l1, l2, hamming
  std::string reduction = "batch-mean";
  RuleOptions rule{rules_for(Tsp{3})};
  std::string projection;  // standardize, center, norm, none
  double noise_margin = 0;
  std::int64_t noise_epochs = 50;
  std::string noise_on = "costs";  // costs, projected
  double gradient_noise = 0, label_corruption = 0;
  std::int64_t batch = 50;
  double learning_rate = 1e-4;
  std::vector<std::int64_t> milestones = {75, 90};
  double decay = 0.1;
  double adam_epsilon = 1e-8;

  // Registers every option. Parsing fills in the defaults that depend on the rule, and refuses options that do not go
  // together.
  void add_to(CommandLine& line);
  void declare(Options& options);
  // Entries of config.json.
  Record settings() const { return settings_of(*this); }

  // Whether paths of the solver are compared with labels: every rule but the one with a loss of its own.
  bool has_solutions() const { return common.rule != "fenchel-young"; }
  Reduction make_reduction() const;

 private:
  void resolve();
};

}  // namespace cotape::app
