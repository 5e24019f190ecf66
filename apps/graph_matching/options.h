#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cotape/apps/common/train/rule_options.h>
#include <cotape/apps/graph_matching/patches.h>

namespace cotape::app {

// Settings of the graph matching; the README says which are the papers' and which are this program's.
struct MatchingOptions {
  CommonOptions common;
  GeneratedSizes sizes;
  std::uint64_t data_seed = 1;  // of generated views, and of the order of points
  std::vector<std::int64_t> gaps = {10, 50, 90};
  std::int64_t train_gap = 0;  // the largest of training pairs; 0: any
  std::string also_test;       // a folder of another sequence

  bool nodes_only = false;       // assignment of points, without pairs of edges
  bool appearance_only = false;  // nothing that the net sees tells where points are
  std::int64_t passes = 1;
  std::int64_t hidden = 64;
  PatchJitter jitter{10, 0.1, 1};

  std::string solver = "search";  // search or exact
  std::int64_t search_starts = 2, search_steps = 200;
  double solver_seconds = 60;  // of the exact one, for a pair

  std::string loss = "hamming";
  std::string projection = "none";
  double noise_margin = 0, informed_margin = 0;
  RuleOptions rule;

  std::int64_t batch = 8;
  std::int64_t steps = 50;  // in an epoch
  double learning_rate = 2e-3;
  std::int64_t decay_every = 2;
  double decay = 0.5;

  // Registers every option. Parsing refuses options that do not go together.
  void add_to(CommandLine& line);
  void declare(Options& options);
  // Entries of config.json.
  Record settings() const { return settings_of(*this); }

 private:
  void resolve();
};

// The views that --data names, and those of --also-test, whose groups get "other_" before their names. Throws as
// read_sequence() does.
MatchingData load_views(const MatchingOptions& options);
std::optional<MatchingData> load_other_views(const MatchingOptions& options);

}  // namespace cotape::app
