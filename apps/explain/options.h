#pragma once
#include <cotape/apps/common/train/rule_options.h>
#include <cotape/solvers/perturb/noise.h>
#include <cotape/solvers/relax/relaxations.h>
#include <cotape/solvers/select/topk.h>

namespace cotape::app {

// Settings of training. Defaults are the published ones where there are any; --help and the README tell which are not.
struct ExplainOptions {
  CommonOptions common;
  std::filesystem::path rationales;           // folder in ERASER's format; empty: none
  std::int64_t train = 0, val = 0, test = 0;  // texts; 0: all of a folder, or 10000, 1000, 1000 that are generated
  std::uint64_t data_seed = 1;                // of generated texts, and of which ones validate
  std::int64_t planted = 5;                   // key words in each generated text
  std::int64_t fillers = 1000;                // other words that generated texts are made of

  std::int64_t k = 0;       // words that may be chosen; 0: as many as are planted, or 10
  std::int64_t length = 0;  // words of a text that the net reads; 0: 350, or 60 of generated texts
  std::int64_t min_count = 10;
  std::int64_t width = 100;          // numbers of a learned word vector
  std::filesystem::path embeddings;  // word vectors in word2vec's text format; empty: learned
  bool tune = false;                 // whether read vectors are learned further
  double dropout = 0.2;
  std::int64_t batch = 40;
  double learning_rate = 1e-3;

  std::string noise;       // sog, sog-as-published, gumbel, normal, none; empty: by the rule
  double tau = 1;          // scale of the noise
  std::string projection;  // standardize, center, norm, none; empty: by the rule
  std::int64_t samples = 1;
  double temperature = 0.5;                                   // of relaxations
  RuleOptions rule_options{rules_for(TopK{.n = 3, .k = 2})};  // of single rules

  // Registers every option. Parsing fills in the defaults that depend on other options, and refuses options that do
  // not go together.
  void add_to(CommandLine& line);
  void declare(Options& options);
  // Entries of config.json.
  Record settings() const { return settings_of(*this); }

  bool generated() const { return common.data == "planted"; }
  // Whether words are chosen by a relaxation in training: no rule of the table.
  bool relaxes() const;
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
