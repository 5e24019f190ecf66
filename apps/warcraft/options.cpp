#include <cotape/apps/warcraft/options.h>

#include <CLI/CLI.hpp>

namespace cotape::app {

void WarcraftOptions::add_to(CLI::App& app) {
  common.data = "generated";
  common.epochs = 50;
  common.rule = "identity";
  common.out = "out/warcraft";
  rule.epsilon = 0.01;
  common.add_to(app,
                {"identity", "blackbox", "straight-through", "imle", "imle-central", "aimle", "aimle-central",
                 "perturbed", "fenchel-young", "none", "true-costs"},
                "generated (terrain made by this program), or a folder in the published format");
  const auto count = [](CLI::Option* option) { return option->check(CLI::Range(0, 10000000).description("")); };
  app.add_option("--size", size, "Cells along the edge of a map")->check(CLI::Range(4, 200).description(""));
  count(app.add_option("--train", train, "Maps to train on; 0: all of a folder, 10000 generated"));
  count(app.add_option("--val", val, "Maps to validate on; 0: all of a folder, 1000 generated"));
  count(app.add_option("--test", test, "Maps to test on; 0: all of a folder, 1000 generated"));
  require_seed(app.add_option("--data-seed", data_seed, "Seed of generated maps; --seed leaves them as they are"));
  app.add_option("--net", net, "combresnet (Vlastelica et al.) or pure-conv (Berthet et al., small and fast)")
      ->check(CLI::IsMember({"combresnet", "pure-conv"}));
  app.add_option("--head", head,
                 "What makes costs positive: softplus (Sahoo et al.) or abs (Vlastelica et al.), [softplus]")
      ->check(CLI::IsMember({"", "softplus", "abs"}));
  app.add_option("--loss", loss,
                 "Between paths, or between costs for true-costs: l1, l2, or hamming, whose gradient does not rest "
                 "where paths agree [hamming for blackbox, imle and aimle, as in the code of Vlastelica et al.; l2 for "
                 "perturbed and true-costs; l1 otherwise]")
      ->check(CLI::IsMember({"", "l1", "l2", "hamming"}));
  rule.add_to(
      app, "map", "Step of blackbox and imle, along the gradient of the mean over a batch of summed cells",
      "Scale of the noise of fenchel-young; 0: the structured perceptron. Berthet et al. name 1 with one sample "
      "in the text and 0.1 with three in the code; published logs are best at 0 and 0.01");
  app.add_option("--projection", projection, "What is done to costs before the solver in training: norm or none")
      ->check(CLI::IsMember({"norm", "none"}));
  require_non_negative(
      app.add_option("--noise-margin", noise_margin, "Width a of the noise +-a/2 on costs in training"));
  require_non_negative(app.add_option("--informed-margin", informed_margin,
                                      "Width a by which training makes the wanted path dearer, others cheaper"));
  app.add_flag("--mirror", mirror,
               "Mirror training maps at their diagonals, at random; validation and test stay as they are. In none of "
               "the papers");
  app.add_option("--batch", batch, "Maps in a training step")->check(CLI::Range(1, 100000).description(""));
  require_positive(app.add_option(
      "--lr", learning_rate,
      "Learning rate of Adam; as in the text of Sahoo et al. (the code of Vlastelica et al. has 0.0005)"));
  app.add_option("--milestones", milestones, "Epochs after which the rate is multiplied with --decay")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(0, 1000000).description(""));
  require_positive(app.add_option("--decay", decay, "Factor of the learning rate at a milestone"));
  app.callback([this] { resolve(); });
}

void WarcraftOptions::resolve() {
  const std::string of_rule = "--rule " + common.rule;
  const auto is = [&](auto... names) { return ((common.rule == names) || ...); };
  const auto refuse = [](const std::string& option, const std::string& why) {
    throw CLI::ValidationError(option, why);
  };
  const bool own_loss = is("none", "fenchel-young");
  if (is("none") && !head.empty()) refuse("--head " + head, of_rule + " predicts no costs");
  if (own_loss && !loss.empty()) refuse("--loss " + loss, of_rule + " has a loss of its own");
  if (is("identity", "straight-through", "true-costs") && loss == "hamming")
    refuse("--loss hamming", "its gradient is not zero where paths agree, which " + of_rule + " would follow for ever");
  if (!trains_paths() && projection != "none")
    refuse("--projection " + projection, of_rule + " trains without the solver");
  if (!trains_paths() && (noise_margin > 0 || informed_margin > 0))
    refuse("a margin", of_rule + " trains without the solver");

  if (head.empty()) head = is("none") ? "logits" : "softplus";
  if (loss.empty()) {
    loss = "hamming";
    if (own_loss) loss = "own";
    if (is("perturbed", "true-costs")) loss = "l2";
    if (is("identity", "straight-through")) loss = "l1";
  }
  rule.resolve(common.rule);
}

Record WarcraftOptions::settings() const {
  Record record = common.settings();
  record.insert(record.end(), {{"net", net},
                               {"size", size},
                               {"train", train},
                               {"val", val},
                               {"test", test},
                               {"data_seed", data_seed},
                               {"head", head},
                               {"loss", loss}});
  const Record of_rule = rule.settings();
  record.insert(record.end(), of_rule.begin(), of_rule.end());
  record.insert(record.end(), {{"projection", projection},
                               {"noise_margin", noise_margin},
                               {"informed_margin", informed_margin},
                               {"mirror", mirror},
                               {"batch", batch},
                               {"lr", learning_rate},
                               {"milestones", join(milestones)},
                               {"decay", decay}});
  return record;
}

}  // namespace cotape::app
