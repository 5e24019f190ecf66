#include <cotape/apps/classify/options.h>

#include <algorithm>

namespace cotape::app {
namespace {

const std::vector<std::string> all_losses = {"cross-entropy", "fenchel-young", "sparsemax", "discrete"};

template <class T>
void sort_unique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

void ClassifyOptions::add_to(CommandLine& line) {
  common.data = "fashion-mnist";
  common.epochs = 30;
  common.rule = "none";
  common.out = "out/classify";
  for (const char* own : {"samples", "noise", "tau", "sigma"}) rule_options.leave_out(own);
  Options options(line);
  declare(options);
  line.after_parsing([this] { resolve(); });
}

void ClassifyOptions::declare(Options& options) {
  const auto only = [&](bool of_this_mode) { options.recorded(of_this_mode); };
  only(true);
  std::vector<std::string> rules = rule_names(TopK{.n = 2, .k = 1});
  rules.insert(rules.begin(), "none");
  common.declare(options, rules,
                 "fashion-mnist (the Debian package), or a folder with CIFAR-10's binary files (data_batch_1.bin …) or "
                 "with MNIST's four files");
  only(!study);
  options.add(
      "loss", loss,
      "cross-entropy; fenchel-young (Berthet et al. 2020, of the perturbed argmax); sparsemax (SparseMAP on the "
      "simplex); discrete: a class is drawn, the loss is whether it is wrong, and --rule gives the gradient "
      "[then reinmax]",
      one_of(all_losses));
  only(true);
  options.add(
      "epsilon", epsilon,
      "Scale of the noise on scores, of fenchel-young (0: the perceptron) and of rules with noise; of a study's "
      "curves",
      non_negative());
  only(!study);
  options.add("samples", samples,
              "Draws for each example, M, of fenchel-young and of rules that draw; the paper has 1 and 1000",
              between(1, 1000000));
  only(true);
  options.add("noise", noise, "normal, gumbel or none [normal for fenchel-young, else by the rule]",
              one_of({"", "normal", "gumbel", "none"}));
  options.add("train", train, "The first examples to train on; 0: all", between(0, 100000000));
  options.add("test", test, "The first examples to test on; 0: all", between(0, 100000000));
  options.add("shift", augmentation.shift,
              "Largest shift of a training image, up and down and sideways, as a share of its size; in whole pixels",
              between_numbers(0, 0.5));
  options.add("no-flips", no_flips, "Leave left and right of training images as they are: for digits");
  options.add("batch", batch, "Examples in a training step", between(1, 100000));
  options.add("lr", learning_rate, "Learning rate of Adam, as in the program of Berthet et al.", positive());
  options.add("study", study,
              "Train all of --losses with each seed, Fenchel-Young with each M and epsilon, and compare");
  only(study);
  options.add("losses", losses, "What a study compares", one_of(all_losses));
  options.add("sample-counts", sample_counts, "Draws for each example of a study's Fenchel-Young losses",
              between(1, 1000000));
  options.add("epsilons", epsilons, "Scales of the noise of a study's Fenchel-Young losses, beside --epsilon",
              positive());
  options.add("seeds", seeds, "Seeds of a study, --seed and those that follow", between(1, 1000));
  only(true);
  rule_options.declare(options);
}

void ClassifyOptions::resolve() {
  augmentation.flip = !no_flips;
  if (!study) return resolve_loss();
  if (common.inspect) refuse_option("--inspect", "cannot go with --study");
  if (common.shards > 1) refuse_option("--shards", "--study spreads whole trainings over processes");
  if (loss != "cross-entropy" || samples != 1) refuse_option("--study", "takes --losses and --sample-counts");
  std::vector<std::string> in_order = all_losses;
  std::erase_if(in_order, [&](const std::string& one) { return std::count(losses.begin(), losses.end(), one) == 0; });
  losses = in_order;
  sort_unique(sample_counts);
  epsilons.push_back(epsilon);
  sort_unique(epsilons);
  if (epsilon == 0) refuse_option("--epsilon 0", "a study sweeps it on a logarithmic axis");
  if (common.rule != "none" && std::count(losses.begin(), losses.end(), "discrete") == 0)
    refuse_option("--rule " + common.rule, "is of the loss discrete, which is not among --losses");
  for (const std::string& name : losses) one_of_study(name, 1, epsilon, common.seed);
}

void ClassifyOptions::resolve_loss() {
  const std::string of_loss = "--loss " + loss;
  const bool discrete = loss == "discrete", drawn = loss == "fenchel-young" || discrete;
  if (!discrete && common.rule != "none")
    refuse_option("--rule " + common.rule, of_loss + " has a gradient of its own");
  if (!drawn && samples != 1) refuse_option("--samples " + std::to_string(samples), of_loss + " draws none");
  if (!drawn && !noise.empty() && noise != "none") refuse_option("--noise " + noise, of_loss + " draws none");
  if (loss == "fenchel-young" && noise == "none") refuse_option("--noise none", "set --epsilon 0");
  if (!discrete) {
    if (noise.empty()) noise = drawn ? "normal" : "none";
    return;
  }
  if (common.rule == "none") common.rule = "reinmax";
  const NamedRule rule = rule_named(common.rule);
  const std::string of_rule = "--rule " + common.rule;
  if (!rule.has("samples") && samples != 1)
    refuse_option("--samples " + std::to_string(samples), of_rule + " draws none");
  if (!rule.has("noise") && !noise.empty() && noise != "none")
    refuse_option("--noise " + noise, of_rule + " adds none");
  if (noise == "none" && needs_density(common.rule)) refuse_option("--noise none", of_rule + " needs noise");
  if (noise.empty()) noise = default_noise(common.rule);
}

FenchelYoungOptions ClassifyOptions::fenchel_young() const {
  return {.epsilon = static_cast<real>(epsilon), .samples = samples, .noise = noise_named(noise)};
}

NamedRule ClassifyOptions::make_rule() const {
  NamedRule made = rule_options.make(common.rule);
  made.set_all({{"noise", noise_named(noise)}, {"samples", samples}});
  // Of rules without noise, as ReinMax, tau is a temperature.
  if (made.has("noise")) made.set_all({{"tau", epsilon}, {"sigma", epsilon}});
  return made;
}

ClassifyOptions ClassifyOptions::one_of_study(const std::string& its_loss, std::int64_t its_samples, double its_epsilon,
                                              std::uint64_t its_seed) const {
  ClassifyOptions one = *this;
  one.study = false;
  one.loss = its_loss;
  one.common.seed = its_seed;
  one.samples = its_samples;
  one.epsilon = its_epsilon;
  if (its_loss != "fenchel-young") one.samples = 1;
  if (its_loss != "fenchel-young" && its_loss != "discrete") one.noise = "none";
  if (its_loss != "discrete") one.common.rule = "none";
  one.resolve_loss();
  return one;
}

}  // namespace cotape::app
