#include <cotape/apps/globe_tsp/options.h>

#include <CLI/CLI.hpp>

namespace cotape::app {

void GlobeOptions::add_to(CLI::App& app) {
  common.data = "iso-flags";
  common.epochs = 100;
  common.rule = "identity";
  common.out = "out/globe_tsp";
  common.add_to(app,
                {"identity", "blackbox", "straight-through", "imle", "imle-central", "aimle", "aimle-central",
                 "perturbed", "fenchel-young"},
                "iso-flags (Debian package iso-flags-png-320x240), or a folder of flags named xx.png");
  const auto between = [](CLI::Option* option, std::int64_t low, std::int64_t high) {
    return option->check(CLI::Range(low, high).description(""));
  };
  between(app.add_option("--countries", countries, "Countries in an example"), 3, 1000);
  between(app.add_option("--world", world, "Countries that examples are drawn from, chosen among the UN's members"), 3,
          1000);
  app.add_option("--codes", codes, "The countries to draw from instead, by ISO codes: AT,BE,CH")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--capitals", capitals, "Table of capitals instead of the program's own (CSV)");
  between(app.add_option("--train", train, "Examples to train on"), 1, 10000000);
  between(app.add_option("--val", val, "Examples to validate on"), 1, 10000000);
  between(app.add_option("--test", test, "Examples to test on"), 1, 10000000);
  require_seed(app.add_option("--data-seed", data_seed,
                              "Seed of examples and corrupted labels; --seed leaves them as they are"));
  app.add_option("--pool", pool, "Between the convolutions: max (2 by 2) or none")
      ->check(CLI::IsMember({"max", "none"}));
  app.add_option("--loss", loss,
                 "Between adjacency matrices: l1, l2, or hamming, whose gradient does not rest where tours agree [l1; "
                 "l2 for perturbed]")
      ->check(CLI::IsMember({"", "l1", "l2", "hamming"}));
  app.add_option("--reduction", reduction,
                 "How entries become one loss: batch-mean (sum over an example's k*k entries, mean over the batch), "
                 "mean or sum of all. --lambda and --gradient-noise are in its units")
      ->check(CLI::IsMember({"batch-mean", "mean", "sum"}));
  rule.add_to(app, "example", "Step of blackbox and imle along the gradient of the loss",
              "Scale of the noise of fenchel-young; 0: the structured perceptron");
  app.add_option("--projection", projection,
                 "What is done to distances before the solver: standardize, center, norm or none [standardize for "
                 "identity, none for the others]")
      ->check(CLI::IsMember({"", "standardize", "center", "norm", "none"}));
  require_non_negative(
      app.add_option("--noise-margin", noise_margin, "Width a of the noise +-a/2 on each edge's distance in training"));
  between(app.add_option("--noise-epochs", noise_epochs, "Epochs with --noise-margin"), 0, 1000000);
  app.add_option("--noise-on", noise_on,
                 "Where --noise-margin is added: costs (distances, before the projection) or projected (after it)")
      ->check(CLI::IsMember({"costs", "projected"}));
  require_non_negative(app.add_option("--gradient-noise", gradient_noise,
                                      "Deviation of the noise that is added to each entry of dloss/dtour"));
  require_non_negative(app.add_option("--label-corruption", label_corruption,
                                      "r: entries of training labels are flipped with probability r/countries"));
  between(app.add_option("--batch", batch, "Examples in a training step"), 1, 100000);
  require_positive(app.add_option("--lr", learning_rate, "Learning rate of Adam"));
  app.add_option("--milestones", milestones, "Epochs after which the rate is multiplied with --decay")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(0, 1000000).description(""));
  require_positive(app.add_option("--decay", decay, "Factor of the learning rate at a milestone"));
  require_positive(app.add_option("--adam-epsilon", adam_epsilon,
                                  "Added to the root in Adam; the code of Vlastelica et al. takes 0.001"));
  app.callback([this] { resolve(); });
}

void GlobeOptions::resolve() {
  const auto refuse = [](const std::string& option, const std::string& why) {
    throw CLI::ValidationError(option, why);
  };
  const std::string of_rule = "--rule " + common.rule;
  const bool own_loss = !has_solutions();
  if (own_loss && !loss.empty()) refuse("--loss " + loss, of_rule + " has a loss of its own");
  if (own_loss && reduction != "batch-mean") refuse("--reduction " + reduction, of_rule + " has a loss of its own");
  if (own_loss && gradient_noise > 0) refuse("--gradient-noise", of_rule + " has no gradient with respect to tours");
  if (loss == "hamming" && (common.rule == "identity" || common.rule == "straight-through"))
    refuse("--loss hamming", "its gradient is not zero where tours agree, which " + of_rule + " would follow for ever");
  if (!codes.empty()) world = static_cast<std::int64_t>(codes.size());
  if (countries > world)
    refuse("--countries " + std::to_string(countries), "there are " + std::to_string(world) + " to draw from");
  if (label_corruption > static_cast<double>(countries))
    refuse("--label-corruption", "more than --countries is no probability");

  if (loss.empty()) loss = own_loss ? "own" : common.rule == "perturbed" ? "l2" : "l1";
  rule.resolve(common.rule);
  if (projection.empty()) projection = common.rule == "identity" ? "standardize" : "none";
}

Record GlobeOptions::settings() const {
  Record record = common.settings();
  record.insert(record.end(), {{"countries", countries},
                               {"noise_margin", noise_margin},
                               {"noise_epochs", noise_epochs},
                               {"noise_on", noise_on},
                               {"gradient_noise", gradient_noise},
                               {"label_corruption", label_corruption},
                               {"world", world},
                               {"codes", join(codes)},
                               {"capitals", capitals.string()},
                               {"train", train},
                               {"val", val},
                               {"test", test},
                               {"data_seed", data_seed},
                               {"pool", pool},
                               {"loss", loss},
                               {"reduction", reduction}});
  const Record of_rule = rule.settings();
  record.insert(record.end(), of_rule.begin(), of_rule.end());
  record.insert(record.end(), {{"projection", projection},
                               {"batch", batch},
                               {"lr", learning_rate},
                               {"milestones", join(milestones)},
                               {"decay", decay},
                               {"adam_epsilon", adam_epsilon}});
  return record;
}

Projection GlobeOptions::make_projection() const {
  if (projection == "standardize") return Projection::standardize;
  if (projection == "center") return Projection::center;
  if (projection == "norm") return Projection::unit_norm;
  return Projection::none;
}

Reduction GlobeOptions::make_reduction() const {
  if (reduction == "mean") return Reduction::mean;
  if (reduction == "sum") return Reduction::sum;
  return Reduction::batch_mean;
}

}  // namespace cotape::app
