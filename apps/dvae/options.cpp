#include <cotape/apps/dvae/model.h>
#include <cotape/apps/dvae/options.h>
#include <cotape/solvers/perturb/sum_of_gamma.h>

#include <CLI/CLI.hpp>

namespace cotape::app {

void DvaeOptions::add_to(CLI::App& app) {
  common.data = "fashion-mnist";
  common.epochs = 100;
  common.rule = "identity";
  common.out = "out/dvae";
  common.add_to(app,
                {"identity", "straight-through", "imle", "imle-central", "aimle", "aimle-central", "perturbed",
                 "score-function", "gumbel-softmax", "gumbel-softmax-hard", "softsub", "concrete"},
                "fashion-mnist (Debian package dataset-fashion-mnist), or a folder with files in MNIST's format");
  app.add_option("--k", k, "Ones in each row of the code; 1: a categorical code")
      ->check(CLI::Range(std::int64_t{1}, dvae_classes));
  app.add_option("--batch", batch, "Images in a training step")->check(CLI::Range(1, 100000));
  require_positive(app.add_option("--lr", learning_rate, "Learning rate of Adam"));
  app.add_option("--validation", validation, "Images at the end of the training set that are held out")
      ->check(CLI::Range(1, 10000000));
  app.add_option("--noise", noise,
                 "Noise on the scores: sog (Sum-of-Gamma, kappa = k, s = 10), sog-as-published "
                 "(as the papers' code draws it), gumbel, none [sog; gumbel for --k 1]")
      ->check(CLI::IsMember({"", "sog", "sog-as-published", "gumbel", "none"}));
  require_non_negative(app.add_option("--tau", tau, "Scale of the noise; 0: 10 for Sum-of-Gamma, 1 for Gumbel"));
  app.add_option("--projection", projection, "What identity does to perturbed scores before the solver [standardize]")
      ->check(CLI::IsMember({"", "standardize", "none"}));
  app.add_option("--samples", samples, "Codes drawn for each image; not for identity")->check(CLI::Range(1, 1000));
  require_positive(app.add_option("--lambda", lambda,
                                  "Step of imle and imle-central, along the gradient of the mean loss of a batch"));
  aimle.add_to(app);
  app.callback([this] { resolve(); });
}

void DvaeOptions::resolve() {
  const std::string& rule = common.rule;
  const bool needs_density = rule == "perturbed" || rule == "score-function";
  if (noise.empty()) noise = k == 1 || needs_density ? "gumbel" : "sog";
  if (tau == 0) tau = noise == "sog" || noise == "sog-as-published" ? 10 : 1;
  if (projection.empty()) projection = rule == "identity" ? "standardize" : "none";
  const auto refuse = [](const std::string& option, const std::string& why) {
    throw CLI::ValidationError(option, why);
  };
  if (rule != "identity" && projection != "none")
    refuse("--projection " + projection, "only --rule identity projects its scores");
  if (rule == "identity" && samples != 1)
    refuse("--samples " + std::to_string(samples), "--rule identity solves once for each image");
  if (needs_density && noise != "gumbel")
    refuse("--noise " + noise, "--rule " + rule + " needs noise whose density has a derivative: gumbel");
  if (rule.rfind("gumbel-softmax", 0) == 0 && k != 1)
    refuse("--k " + std::to_string(k), "--rule " + rule + " relaxes one-hot codes; use softsub or concrete");
}

Record DvaeOptions::settings() const {
  Record record = common.settings();
  record.insert(record.end(), {{"k", k},
                               {"batch", batch},
                               {"lr", learning_rate},
                               {"validation", validation},
                               {"noise", noise},
                               {"tau", tau},
                               {"projection", projection},
                               {"samples", samples},
                               {"lambda", lambda}});
  const Record of_aimle = aimle.settings();
  record.insert(record.end(), of_aimle.begin(), of_aimle.end());
  return record;
}

Noise DvaeOptions::make_noise() const {
  if (noise == "gumbel") return Gumbel{};
  if (noise == "none") return NoNoise{};
  return SumOfGamma{static_cast<real>(k), 1, 10, noise == "sog-as-published"};
}

}  // namespace cotape::app
