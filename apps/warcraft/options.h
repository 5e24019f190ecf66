#pragma once
#include <cotape/apps/common/train/rule_options.h>
#include <cotape/apps/warcraft/model.h>
#include <cotape/solvers/paths/grid_path.h>

namespace cotape::app {

// Settings of training. Where the papers disagree, --help and the README tell which is taken and why.
struct WarcraftOptions {
  CommonOptions common;
  std::int64_t size = 12;                     // cells along the edge of a map
  std::int64_t train = 0, val = 0, test = 0;  // maps; 0: all of a folder, or 10000, 1000, 1000 that are generated
  std::uint64_t data_seed = 1;                // of generated maps
  std::string net = "combresnet";
  std::string head;  // softplus, abs; logits for --rule none
  std::string loss;  // l1, l2, hamming; bce for --rule none
  RuleOptions rule{rules_for(GridPath{.height = 2, .width = 2})};
  std::string projection = "none";  // norm, none
  double noise_margin = 0, informed_margin = 0;
  bool mirror = false;  // training maps at their diagonals, at random
  std::int64_t batch = 70;
  double learning_rate = 5e-3;
  std::vector<std::int64_t> milestones = {30, 40};
  double decay = 0.1;

  // Registers every option. Parsing fills in the defaults that depend on the rule, and refuses options that do not go
  // together.
  void add_to(CommandLine& line);
  void declare(Options& options);
  // Entries of config.json.
  Record settings() const { return settings_of(*this); }

  // Whether paths of the solver are what is trained.
  bool trains_paths() const { return common.rule != "none" && common.rule != "true-costs"; }
  CostNetSettings net_settings() const { return {net, head, size}; }

 private:
  void resolve();
};

}  // namespace cotape::app
