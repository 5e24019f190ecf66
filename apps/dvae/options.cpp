#include <cotape/apps/dvae/model.h>
#include <cotape/apps/dvae/options.h>
#include <cotape/solvers/sum_of_gamma.h>

#include <CLI/CLI.hpp>

namespace cotape::app {

void DvaeOptions::add_to(CLI::App& app) {
  common.data = "fashion-mnist";
  common.epochs = 100;
  common.rule = "identity";
  common.out = "out/dvae";
  common.add_to(app, {"identity", "straight-through"},
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
  app.add_option("--projection", projection,
                 "What is done to perturbed scores before the solver [standardize; none for straight-through]")
      ->check(CLI::IsMember({"", "standardize", "none"}));
  app.add_option("--samples", samples, "Codes drawn for each image, for rules that sample")->check(CLI::Range(1, 1000));
  app.callback([this] { resolve(); });
}

void DvaeOptions::resolve() {
  if (noise.empty()) noise = k == 1 ? "gumbel" : "sog";
  if (tau == 0) tau = noise == "sog" || noise == "sog-as-published" ? 10 : 1;
  if (projection.empty()) projection = common.rule == "identity" ? "standardize" : "none";
  if (common.rule == "straight-through" && projection != "none")
    throw CLI::ValidationError("--projection " + projection,
                               "straight-through takes its noise after a projection; use --rule identity");
  if (common.rule == "identity" && samples != 1)
    throw CLI::ValidationError("--samples " + std::to_string(samples), "--rule identity solves once for each image");
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
                               {"samples", samples}});
  return record;
}

Noise DvaeOptions::make_noise() const {
  if (noise == "gumbel") return Gumbel{};
  if (noise == "none") return NoNoise{};
  return SumOfGamma{static_cast<real>(k), 1, 10, noise == "sog-as-published"};
}

}  // namespace cotape::app
