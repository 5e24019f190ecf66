#include <cotape/apps/warcraft/options.h>

namespace cotape::app {

void WarcraftOptions::add_to(CommandLine& line) {
  common.data = "generated";
  common.epochs = 50;
  common.rule = "identity";
  common.out = "out/warcraft";
  rule.set_help("samples", "Noisy solutions for each map, of the rules that draw them");
  rule.add_help("lambda", ", along the gradient of the mean over a batch of summed cells");
  rule.with_fenchel_young(0.01,
                          ". Berthet et al. name 1 with one sample in the text and 0.1 with three in the code; "
                          "published logs are best at 0 and 0.01");
  Options options(line);
  declare(options);
  line.after_parsing([this] { resolve(); });
}

void WarcraftOptions::declare(Options& options) {
  std::vector<std::string> rules = rule_names(GridPath{.height = 2, .width = 2});
  for (const char* name : {"fenchel-young", "none", "true-costs"}) rules.emplace_back(name);
  common.declare(options, rules, "generated (terrain made by this program), or a folder in the published format");
  options.add("size", size, "Cells along the edge of a map", between(4, 200));
  options.add("train", train, "Maps to train on; 0: all of a folder, 10000 generated", between(0, 10000000));
  options.add("val", val, "Maps to validate on; 0: all of a folder, 1000 generated", between(0, 10000000));
  options.add("test", test, "Maps to test on; 0: all of a folder, 1000 generated", between(0, 10000000));
  options.add("data-seed", data_seed, "Seed of generated maps; --seed leaves them as they are", a_seed());
  options.add("net", net, "combresnet (Vlastelica et al.) or pure-conv (Berthet et al., small and fast)",
              one_of({"combresnet", "pure-conv"}));
  options.add("head", head, "What makes costs positive: softplus (Sahoo et al.) or abs (Vlastelica et al.), [softplus]",
              one_of({"", "softplus", "abs"}));
  options.add(
      "loss", loss,
      "Between paths, or between costs for true-costs: l1, l2, or hamming, whose gradient does not rest "
      "where paths agree [hamming for blackbox, lpgd, imle and aimle, as in the code of Vlastelica et al.; l2 for "
      "perturbed, regularized and true-costs; l1 otherwise]",
      one_of({"", "l1", "l2", "hamming"}));
  rule.declare(options);
  options.add("projection", projection, "What is done to costs before the solver in training: norm or none",
              one_of({"norm", "none"}));
  options.add("noise-margin", noise_margin, "Width a of the noise +-a/2 on costs in training", non_negative());
  options.add("informed-margin", informed_margin,
              "Width a by which training makes the wanted path dearer, others cheaper", non_negative());
  options.add("mirror", mirror,
              "Mirror training maps at their diagonals, at random; validation and test stay as they are. In none of "
              "the papers");
  options.add("batch", batch, "Maps in a training step", between(1, 100000));
  options.add("lr", learning_rate,
              "Learning rate of Adam; as in the text of Sahoo et al. (the code of Vlastelica et al. has 0.0005)",
              positive());
  options.add("milestones", milestones, "Epochs after which the rate is multiplied with --decay", between(0, 1000000));
  options.add("decay", decay, "Factor of the learning rate at a milestone", positive());
}

void WarcraftOptions::resolve() {
  const std::string of_rule = "--rule " + common.rule;
  const auto is = [&](auto... names) { return ((common.rule == names) || ...); };
  const bool own_loss = is("none", "fenchel-young");
  if (is("none") && !head.empty()) refuse_option("--head " + head, of_rule + " predicts no costs");
  if (own_loss && !loss.empty()) refuse_option("--loss " + loss, of_rule + " has a loss of its own");
  if (is("identity", "straight-through", "true-costs") && loss == "hamming")
    refuse_option("--loss hamming",
                  "its gradient is not zero where paths agree, which " + of_rule + " would follow for ever");
  if (!trains_paths() && projection != "none")
    refuse_option("--projection " + projection, of_rule + " trains without the solver");
  if (!trains_paths() && (noise_margin > 0 || informed_margin > 0))
    refuse_option("a margin", of_rule + " trains without the solver");

  if (head.empty()) head = is("none") ? "logits" : "softplus";
  if (loss.empty()) {
    loss = "hamming";
    if (own_loss) loss = "own";
    if (is("perturbed", "perturbed-multiplicative", "regularized", "true-costs")) loss = "l2";
    if (is("identity", "straight-through")) loss = "l1";
  }
  rule.resolve(common.rule);
}

}  // namespace cotape::app
