#include <cotape/apps/globe_tsp/options.h>

namespace cotape::app {

void GlobeOptions::add_to(CommandLine& line) {
  common.data = "iso-flags";
  common.epochs = 100;
  common.rule = "identity";
  common.out = "out/globe_tsp";
  rule.set_help("samples", "Noisy solutions for each example, of the rules that draw them");
  rule.add_help("lambda", " along the gradient of the loss");
  rule.with_fenchel_young(0.1);
  Options options(line);
  declare(options);
  line.after_parsing([this] { resolve(); });
}

void GlobeOptions::declare(Options& options) {
  std::vector<std::string> rules = rule_names(Tsp{3});
  rules.emplace_back("fenchel-young");
  common.declare(options, rules, "iso-flags (Debian package iso-flags-png-320x240), or a folder of flags named xx.png");
  options.add("countries", countries, "Countries in an example", between(3, 1000));
  options.add("world", world, "Countries that examples are drawn from, chosen among the UN's members",
              between(3, 1000));
  options.add("codes", codes, "The countries to draw from instead, by ISO codes: AT,BE,CH");
  options.add("capitals", capitals, "Table of capitals instead of the program's own (CSV)");
  options.add("train", train, "Examples to train on", between(1, 10000000));
  options.add("val", val, "Examples to validate on", between(1, 10000000));
  options.add("test", test, "Examples to test on", between(1, 10000000));
  options.add("data-seed", data_seed, "Seed of examples and corrupted labels; --seed leaves them as they are",
              a_seed());
  options.add("pool", pool, "Between the convolutions: max (2 by 2) or none", one_of({"max", "none"}));
  options.add("loss", loss,
              "Between adjacency matrices: l1, l2, or hamming, whose gradient does not rest where tours agree [l1; "
              "l2 for perturbed, regularized and mcmc]",
              one_of({"", "l1", "l2", "hamming"}));
  options.add("reduction", reduction,
              "How entries become one loss: batch-mean (sum over an example's k*k entries, mean over the batch), "
              "mean or sum of all. --lambda and --gradient-noise are in its units",
              one_of({"batch-mean", "mean", "sum"}));
  rule.declare(options);
  options.add("projection", projection,
              "What is done to distances before the solver: standardize, center, norm or none [standardize for "
              "identity, none for the others]",
              one_of(projection_names()));
  options.add("noise-margin", noise_margin, "Width a of the noise +-a/2 on each edge's distance in training",
              non_negative());
  options.add("noise-epochs", noise_epochs, "Epochs with --noise-margin", between(0, 1000000));
  options.add("noise-on", noise_on,
              "Where --noise-margin is added: costs (distances, before the projection) or projected (after it)",
              one_of({"costs", "projected"}));
  options.add("gradient-noise", gradient_noise, "Deviation of the noise that is added to each entry of dloss/dtour",
              non_negative());
  options.add("label-corruption", label_corruption,
              "r: entries of training labels are flipped with probability r/countries", non_negative());
  options.add("batch", batch, "Examples in a training step", between(1, 100000));
  options.add("lr", learning_rate, "Learning rate of Adam", positive());
  options.add("milestones", milestones, "Epochs after which the rate is multiplied with --decay", between(0, 1000000));
  options.add("decay", decay, "Factor of the learning rate at a milestone", positive());
  options.add("adam-epsilon", adam_epsilon, "Added to the root in Adam; the code of Vlastelica et al. takes 0.001",
              positive());
}

void GlobeOptions::resolve() {
  const std::string of_rule = "--rule " + common.rule;
  const bool own_loss = !has_solutions();
  if (own_loss && !loss.empty()) refuse_option("--loss " + loss, of_rule + " has a loss of its own");
  if (own_loss && reduction != "batch-mean")
    refuse_option("--reduction " + reduction, of_rule + " has a loss of its own");
  if (own_loss && gradient_noise > 0)
    refuse_option("--gradient-noise", of_rule + " has no gradient with respect to tours");
  if (loss == "hamming" && (common.rule == "identity" || common.rule == "straight-through"))
    refuse_option("--loss hamming",
                  "its gradient is not zero where tours agree, which " + of_rule + " would follow for ever");
  if (!codes.empty()) world = static_cast<std::int64_t>(codes.size());
  if (countries > world)
    refuse_option("--countries " + std::to_string(countries), "there are " + std::to_string(world) + " to draw from");
  if (label_corruption > static_cast<double>(countries))
    refuse_option("--label-corruption", "more than --countries is no probability");

  const bool of_means = common.rule.starts_with("perturbed") || common.rule == "regularized" || common.rule == "mcmc";
  if (loss.empty()) loss = own_loss ? "own" : of_means ? "l2" : "l1";
  rule.resolve(common.rule);
  if (projection.empty()) projection = common.rule == "identity" ? "standardize" : "none";
}

Reduction GlobeOptions::make_reduction() const {
  if (reduction == "mean") return Reduction::mean;
  if (reduction == "sum") return Reduction::sum;
  return Reduction::batch_mean;
}

}  // namespace cotape::app
