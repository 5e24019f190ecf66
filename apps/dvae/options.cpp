#include <cotape/apps/dvae/model.h>
#include <cotape/apps/dvae/options.h>

namespace cotape::app {
namespace {

// Those, then what is no rule.
std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const NamedRule& rule : dvae_rules()) names.push_back(rule.name());
  for (const char* name : {"score-function", "gumbel-softmax", "gumbel-softmax-hard", "softsub", "concrete"})
    names.emplace_back(name);
  return names;
}

}  // namespace

std::vector<NamedRule> dvae_rules() {
  std::vector<NamedRule> rules = rule_table();
  std::erase_if(rules, [](const NamedRule& rule) { return rule.name() != "identity" && !rule.has("noise"); });
  return rules;
}

void DvaeOptions::add_to(CommandLine& line) {
  common.data = "fashion-mnist";
  common.epochs = 100;
  common.rule = "identity";
  common.out = "out/dvae";
  for (const char* own : {"lambda", "samples", "noise", "tau", "sigma"}) rule_options.leave_out(own);
  Options options(line);
  declare(options);
  line.after_parsing([this] { resolve(); });
}

void DvaeOptions::declare(Options& options) {
  common.declare(options, all_names(),
                 "fashion-mnist (Debian package dataset-fashion-mnist), or a folder with files in MNIST's format");
  options.add("k", k, "Ones in each row of the code; 1: a categorical code", range(std::int64_t{1}, dvae_classes));
  options.add("batch", batch, "Images in a training step", range(1, 100000));
  options.add("lr", learning_rate, "Learning rate of Adam", positive());
  options.add("validation", validation, "Images at the end of the training set that are held out", range(1, 10000000));
  options.add("noise", noise,
              "Noise on the scores: sog (Sum-of-Gamma, kappa = k, s = 10), sog-as-published "
              "(as the papers' code draws it), gumbel, none [sog; gumbel for --k 1]",
              one_of({"", "sog", "sog-as-published", "gumbel", "none"}));
  options.add("tau", tau, "Scale of the noise; 0: 10 for Sum-of-Gamma, 1 for Gumbel", non_negative());
  options.add("projection", projection, "What identity does to perturbed scores before the solver [standardize]",
              one_of({"", "standardize", "none"}));
  options.add("samples", samples, "Codes drawn for each image; not for identity", range(1, 1000));
  options.add("lambda", lambda, "Step of imle and imle-central, along the gradient of the mean loss of a batch",
              positive());
  rule_options.declare(options);
}

void DvaeOptions::resolve() {
  const std::string& rule = common.rule;
  const bool density = rule == "score-function" || needs_density(rule);
  if (noise.empty()) noise = k == 1 || density ? "gumbel" : "sog";
  if (tau == 0) tau = noise == "sog" || noise == "sog-as-published" ? 10 : 1;
  if (projection.empty()) projection = rule == "identity" ? "standardize" : "none";
  if (rule != "identity" && projection != "none")
    refuse_option("--projection " + projection, "only --rule identity projects its scores");
  if (rule == "identity" && samples != 1)
    refuse_option("--samples " + std::to_string(samples), "--rule identity solves once for each image");
  if (density && noise != "gumbel")
    refuse_option("--noise " + noise, "--rule " + rule + " needs noise whose density has a derivative: gumbel");
  if (rule.rfind("gumbel-softmax", 0) == 0 && k != 1)
    refuse_option("--k " + std::to_string(k), "--rule " + rule + " relaxes one-hot codes; use softsub or concrete");
}

Noise DvaeOptions::make_noise() const { return score_noise(noise, k); }

NamedRule DvaeOptions::make_rule() const {
  NamedRule made = rule_options.make(common.rule);
  made.set_all({{"lambda", lambda}, {"noise", make_noise()}, {"tau", tau}, {"sigma", tau}, {"samples", samples}});
  return made;
}

}  // namespace cotape::app
