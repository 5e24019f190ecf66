#include <cotape/apps/graph_matching/options.h>

namespace cotape::app {

void MatchingOptions::add_to(CommandLine& line) {
  common.data = "generated";
  common.epochs = 10;
  common.rule = "blackbox";
  common.out = "out/graph_matching";
  rule.preset("lambda", 80.0);
  rule.add_help("lambda", ", along the gradient of the mean over a batch of summed entries");
  rule.set_help("samples", "Noisy matchings for each pair, of the rules that draw them");
  rule.with_fenchel_young(0.1);
  Options options(line);
  declare(options);
  line.after_parsing([this] { resolve(); });
}

void MatchingOptions::declare(Options& options) {
  std::vector<std::string> rules = rule_names(GraphMatchingSearch{.layout = {.left_nodes = 2, .right_nodes = 2}});
  rules.emplace_back("fenchel-young");
  common.declare(options, rules,
                 "generated, or a folder of a sequence: images/ with pictures, label/ with the same points in each");
  options.add("data-seed", data_seed, "Seed of generated views; --seed leaves them as they are", a_seed());
  options.add("points", sizes.points, "Points of a generated thing", between(2, 60));
  options.add("outliers", sizes.outliers, "Further points of each generated view", between(0, 60));
  options.add("occlusion", sizes.occlusion, "Chance that a generated point is missing on the right",
              between_numbers(0, 1));
  options.add("deformation", sizes.deformation, "Deviation of generated points, as a share of the picture's width",
              between_numbers(0, 1));
  options.add("noise-level", sizes.noise, "Deviation of generated pixels, as a share of the way from black to white",
              between_numbers(0, 1));
  options.add("train", sizes.train, "Generated pairs to train on", between(1, 100000));
  options.add("test", sizes.test, "Generated pairs to test on", between(1, 100000));
  options.add("gaps", gaps, "Of a sequence: how many pictures apart the two of a test pair are; even numbers",
              between(2, 1000000));
  options.add("train-gap", train_gap,
              "Of a sequence: how many pictures apart the two of a training pair are at most; 0: any distance",
              between(0, 1000000));
  options.add("also-test", also_test, "Folder of another sequence to test on, which is never trained on");
  options.add("nodes-only", nodes_only, "Match by points alone, as an assignment, without pairs of edges");
  options.add("appearance-only", appearance_only,
              "The net does not see where points are: features and affinities come from the pictures around them, and "
              "from who is whose neighbour");
  options.add("passes", passes, "How often points hear from their neighbours before they are compared", between(0, 10));
  options.add("hidden", hidden, "Features of a point and of an edge", between(2, 1024));
  options.add("turn", jitter.turn, "Patches are turned by up to so many degrees in training", between_numbers(0, 180));
  options.add("zoom", jitter.zoom, "Patches are enlarged or shrunk by up to this share in training",
              between_numbers(0, 0.9));
  options.add("shift", jitter.shift, "Patches are shifted by up to so many pixels in training", between_numbers(0, 20));
  options.add(
      "solver", solver,
      "search (local search from several starts), or exact (branch and bound; slow while the net knows nothing)",
      one_of({"search", "exact"}));
  options.add("search-starts", search_starts, "Starts of the search", between(1, 1000));
  options.add("search-steps", search_steps, "Steps from each start", between(0, 1000000));
  options.add("solver-seconds", solver_seconds, "How long the exact solver may take for a pair", positive());
  options.add("loss", loss,
              "Between matchings: hamming, as published; l1 or l2, whose gradient rests where matchings agree",
              one_of({"hamming", "l1", "l2"}));
  rule.declare(options);
  options.add("projection", projection,
              "What is done to costs before the solver in training: none, norm, or, with --nodes-only, standardize",
              one_of({"none", "norm", "standardize"}));
  options.add("noise-margin", noise_margin, "Width a of the noise +-a/2 on costs in training", non_negative());
  options.add("informed-margin", informed_margin,
              "Width a by which training makes the wanted matching dearer, others cheaper", non_negative());
  options.add("batch", batch, "Pairs in a training step", between(1, 10000));
  options.add("steps", steps, "Training steps in an epoch; fewer when there are not so many batches",
              between(1, 1000000));
  options.add("lr", learning_rate, "Learning rate of Adam", positive());
  options.add("decay-every", decay_every, "Epochs after which the rate is multiplied with --decay, again and again",
              between(1, 1000000));
  options.add("decay", decay, "Factor of the learning rate", positive());
}

void MatchingOptions::resolve() {
  if (!nodes_only && projection == "standardize")
    refuse_option("--projection standardize",
                  "not every graph matching has as many pairs of edges; use norm or --nodes-only");
  if (projection == "standardize" && common.data == "generated" && (sizes.outliers > 0 || sizes.occlusion > 0))
    refuse_option("--projection standardize",
                  "not every matching has as many pairs with --outliers or --occlusion; use norm");
  if (nodes_only && solver == "exact") refuse_option("--solver exact", "an assignment is always solved exactly");
  if (common.rule == "fenchel-young" && loss != "hamming")
    refuse_option("--loss " + loss, "--rule fenchel-young has a loss of its own");
  if (sizes.points + sizes.outliers > 60) refuse_option("--outliers", "at most 60 points a view with --points");
  rule.resolve(common.rule);
}

MatchingData load_views(const MatchingOptions& options) {
  if (options.common.data == "generated") return generate_views(options.sizes, options.data_seed);
  return read_sequence(options.common.data, options.gaps, options.train_gap, options.data_seed);
}

std::optional<MatchingData> load_other_views(const MatchingOptions& options) {
  if (options.also_test.empty()) return {};
  MatchingData data = read_sequence(options.also_test, options.gaps, options.train_gap, options.data_seed);
  for (PairGroup& group : data.test) group.name = "other_" + group.name;
  return data;
}

}  // namespace cotape::app
