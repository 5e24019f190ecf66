#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cotape/apps/classify/images.h>
#include <cotape/nn/train/metrics.h>
#include <cotape/nn/train/training.h>

namespace cotape::app {

// What a study trains with every seed: a loss, and of Fenchel–Young its draws and scale of noise.
struct ClassifySetting {
  std::string loss;
  std::int64_t samples = 1;
  double epsilon = 1;

  bool fenchel_young() const { return loss == "fenchel-young"; }
  // As a reader sees it: "Fenchel-Young, M = 1000, ε = 0.1".
  std::string title() const;
  // As folders and tables have it: "fenchel-young_M1000_e0.1".
  std::string name() const;
};

// The trainings of a study, setting by setting and seed by seed.
struct ClassifyStudy {
  std::vector<ClassifySetting> settings;
  std::int64_t seeds = 0;
  std::vector<std::optional<Metrics>> trained;  // [settings, seeds]: tables of those that are finished

  const std::optional<Metrics>& of(std::size_t setting, std::int64_t seed) const {
    return trained[setting * static_cast<std::size_t>(seeds) + static_cast<std::size_t>(seed)];
  }
  // A column in the last row of each seed that is finished.
  std::vector<double> last(std::size_t setting, const std::string& column) const;
  // The difference of the last test accuracies of two settings, seed by seed, where both are finished.
  std::vector<double> difference(std::size_t setting, std::size_t other) const;
};

// Every loss of options.losses; Fenchel–Young with each number of draws and each ε.
std::vector<ClassifySetting> settings_of_study(const ClassifyOptions& options);

// Trains all of them, each on one thread in a folder of its own below --out, as many at a time as there are threads,
// and writes summary.json, study.csv, charts and report.html whenever one is finished. --resume goes on after the last
// whole epoch of each, to the same numbers. Several processes share the trainings, in folders that all must reach; what
// others than the first have finished is in the report when all are done. Throws FileError, ValueError as a single
// training does.
Outcome run_classify_study(const ClassifyOptions& options, const LabelledImages& images);

}  // namespace cotape::app
