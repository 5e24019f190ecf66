#pragma once
#include <cotape/apps/common/train/rule_options.h>

namespace cotape::app {

// Settings of retrieval by recall. Defaults are those of the experiment; the README says which are published.
struct RetrievalOptions {
  CommonOptions common;
  std::string test_data;                 // searched instead of a part of --data
  std::vector<std::string> test_groups;  // searched, not trained on; empty: by the data
  bool turned_classes = false;           // three more classes of each

  std::int64_t channels = 64;  // of each convolution, and numbers of an embedding
  std::int64_t batch = 128;
  std::int64_t per_class = 4;  // pictures of a class that come together
  std::int64_t memory = 3;     // batches that are remembered
  std::int64_t shift = 2;      // pixels that a picture is moved by in training, at most
  double turn = 10;            // degrees that it is turned by, at most

  double learning_rate = 1e-3;
  double weight_decay = 4e-4;
  std::int64_t decay_at = 35;  // epochs after which the rate is multiplied with `decay`, once
  double decay = 0.3;

  std::string projection;  // standardize, center, norm, none; empty: by the rule
  double noise_margin = 0;
  double informed_margin = 0;
  double temperature = 0.02;  // of soft ranks
  double distance = 0;        // margin of triplet and contrastive; 0: by the loss
  RuleOptions rule_options;   // of single rules

  std::int64_t ways = 20;  // classes of a one-shot task
  std::int64_t tasks = 400;

  std::vector<std::string> study;  // methods that are compared, as method() reads them; empty: one run
  std::int64_t seeds = 5;          // runs of each

  // Registers every option. Parsing fills in the defaults that depend on other options, and refuses options that do
  // not go together.
  void add_to(CommandLine& line);
  void declare(Options& options);
  // Entries of config.json.
  Record settings() const { return settings_of(*this); }

  // These settings for one method of a study, RULE with settings behind colons: identity:none,
  // blackbox:standardize:noise=0.1, blackbox:informed=0.1:lambda=2, lapsum:temperature=0.1. Throws OptionError
  // for a text that is none.
  RetrievalOptions method(const std::string& text) const;

  // Whether ranks come from a solver under a rule of the table, from a soft formula, or the loss has none.
  bool solves() const;
  bool ranks_softly() const { return common.rule == "lapsum" || common.rule == "sigmoid"; }
  // The rule of --rule, where solves(), for the gradient of a batch's mean loss.
  NamedRule make_rule() const;

 private:
  void resolve();
  // What depends on the rule.
  void resolve_rule();
};

}  // namespace cotape::app
