#pragma once
#include <cotape/apps/classify/augmentation.h>
#include <cotape/apps/common/train/rule_options.h>
#include <cotape/solvers/losses/fenchel_young.h>
#include <cotape/solvers/select/topk.h>

namespace cotape::app {

// Settings of the classifier. Net, data set and losses are those of Berthet et al. 2020, §5.1; what the paper leaves
// open is this project's choice, the same for every loss.
struct ClassifyOptions {
  CommonOptions common;
  std::string loss = "cross-entropy";  // cross-entropy, fenchel-young, sparsemax, discrete
  double epsilon = 1;                  // scale of the noise on scores
  std::int64_t samples = 1;            // draws for each example
  std::string noise;                   // normal, gumbel, none; empty: by the loss and rule
  RuleOptions rule_options{rules_for(TopK{.n = 2, .k = 1})};
  std::int64_t train = 0;  // the first examples of a set; 0: all
  std::int64_t test = 0;
  Augmentation augmentation;
  bool no_flips = false;
  std::int64_t batch = 32;
  double learning_rate = 1e-4;

  bool study = false;
  std::vector<std::string> losses = {"cross-entropy", "fenchel-young", "sparsemax"};
  std::vector<std::int64_t> sample_counts = {1, 1000};  // of Fenchel-Young
  std::vector<double> epsilons = {0.01, 0.1, 1, 10, 100, 1000};
  std::int64_t seeds = 3;

  // Registers every option. Parsing fills in the defaults that depend on other options, and refuses options that do
  // not go together.
  void add_to(CommandLine& line);
  void declare(Options& options);
  // Entries of config.json.
  Record settings() const { return settings_of(*this); }

  FenchelYoungOptions fenchel_young() const;
  // The rule of --rule.
  NamedRule make_rule() const;
  // This training of a study: one loss, and for Fenchel-Young its noise.
  ClassifyOptions one_of_study(const std::string& its_loss, std::int64_t its_samples, double its_epsilon,
                               std::uint64_t its_seed) const;

 private:
  void resolve();
  // Of a training of its own: fills in noise and rule.
  void resolve_loss();
};

}  // namespace cotape::app
