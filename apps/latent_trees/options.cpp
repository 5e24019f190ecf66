#include <cotape/apps/latent_trees/options.h>

namespace cotape::app {
namespace {

constexpr std::int64_t sog_kappa = 10;

std::vector<std::string> all_rules() {
  std::vector<std::string> names = rule_names();
  std::erase(names, "perturbed-multiplicative");  // keeps the sign of a score, and these have no natural one
  names.emplace_back("sst");
  names.emplace_back("sst-hard");
  return names;
}

}  // namespace

void LatentTreesOptions::add_to(CommandLine& line) {
  common.data = "generated";
  common.epochs = 26;
  common.rule = "aimle-central";
  common.out = "out/latent_trees";
  for (const char* own : {"samples", "noise", "tau", "sigma"}) rule_options.leave_out(own);
  rule_options.preset("lambda", 10.0);
  rule_options.add_help("lambda", ", along the gradient of the mean loss of a batch");
  Options options(line);
  declare(options);
  line.after_parsing([this] { resolve(); });
}

void LatentTreesOptions::declare(Options& options) {
  common.declare(options, all_rules(),
                 "generated, or a folder with the files that the program of Paulus et al. writes: data_train*.npy, "
                 "edges_train*.npy, and of valid and test");
  options.add("nodes", sizes.nodes, "Nodes of a generated tree", between(3, 100));
  options.add("frames", sizes.frames, "Frames of a generated example, T", between(2, 1000));
  options.add("train", sizes.train, "Generated examples to train on", between(1, 10000000));
  options.add("val", sizes.validation, "Generated examples to validate on", between(1, 10000000));
  options.add("test", sizes.test, "Generated examples to test on", between(1, 10000000));
  options.add("data-seed", data_seed, "Seed of generated examples; --seed leaves them as they are", a_seed());
  options.add("hidden", hidden, "Units of every hidden layer; 256 in the papers", between(2, 10000));
  options.add("rollout", rollout,
              "Frames that the decoder predicts one after the other from a given one in training; 0: 10, or all when "
              "there are fewer",
              between(0, 1000));
  options.add("variance", variance, "Variance of a coordinate under the decoder", positive());
  options.add("batch", batch, "Examples in a training step", between(1, 100000));
  options.add("lr", learning_rate, "Learning rate of Adam", positive());
  options.add("decay-every", decay_every, "Epochs after which the rate is multiplied with --decay, again and again",
              between(1, 1000000));
  options.add("decay", decay, "Factor of the learning rate", positive());
  options.add("noise", noise,
              "Noise on the scores: sog (Sum-of-Gamma, kappa = s = 10), sog-as-published (as the papers' code draws "
              "it), gumbel, normal, none [sog; gumbel for sst, sst-hard and perturbed]",
              one_of({"", "sog", "sog-as-published", "gumbel", "normal", "none"}));
  options.add("tau", tau, "Scale of the noise; 0: 0.1 for Sum-of-Gamma, 1 for the others", non_negative());
  options.add("projection", projection,
              "What is done to scores before the solver: standardize, center, norm or none [standardize for identity, "
              "none for the others]",
              one_of(projection_names()));
  options.add("samples", samples, "Trees drawn for each example; not for rules without noise of their own",
              between(1, 1000));
  options.add("temperature", temperature, "Temperature of sst and sst-hard", positive());
  rule_options.declare(options);
}

bool LatentTreesOptions::rule_draws() const { return relaxes() || rule_named(common.rule).has("noise"); }

void LatentTreesOptions::resolve() {
  const std::string of_rule = "--rule " + common.rule;
  const bool density = needs_density(common.rule);
  if (relaxes() && !noise.empty() && noise != "gumbel") refuse_option("--noise " + noise, of_rule + " draws gumbel");
  if (relaxes() && tau != 0 && tau != 1) refuse_option("--tau", of_rule + " draws noise of scale 1; set --temperature");
  if (density && !noise.empty() && noise != "gumbel" && noise != "normal")
    refuse_option("--noise " + noise, of_rule + " needs noise whose density has a derivative: gumbel or normal");
  if (!rule_draws() && samples != 1) refuse_option("--samples " + std::to_string(samples), of_rule + " draws none");
  if (relaxes() && !projection.empty() && projection != "none")
    refuse_option("--projection " + projection, of_rule + " is a relaxation of the scores as they are");
  if (sizes.frames <= rollout)
    refuse_option("--rollout " + std::to_string(rollout), "there are " + std::to_string(sizes.frames) + " frames");

  if (noise.empty()) noise = relaxes() || density ? "gumbel" : "sog";
  if (tau == 0) tau = noise == "sog" || noise == "sog-as-published" ? 0.1 : 1;
  if (projection.empty()) projection = common.rule == "identity" ? "standardize" : "none";
}

Noise LatentTreesOptions::make_noise() const { return score_noise(noise, sog_kappa); }

NamedRule LatentTreesOptions::make_rule() const {
  NamedRule made = rule_options.make(common.rule);
  made.set_all({{"noise", make_noise()}, {"tau", tau}, {"sigma", tau}, {"samples", samples}});
  return made;
}

}  // namespace cotape::app
