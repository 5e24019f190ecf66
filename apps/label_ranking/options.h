#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <cotape/apps/common/train/options.h>
#include <cotape/apps/label_ranking/losses.h>
#include <cotape/nn/train/value.h>

namespace cotape::app {

// Settings of both studies. What Berthet et al. 2020 give (folds, grids, batch, the artificial problem) is as there;
// optimiser, steps, samples and λ are this project's choice, the same for every loss.
struct LabelRankingOptions {
  std::vector<std::string> data;  // files, or folders of *.csv
  int table = 2;                  // 1: the inner grid is over the learning rate; 2: over ε too
  std::vector<std::string> losses;
  std::int64_t folds = 10;
  std::int64_t inner_folds = 5;
  std::vector<double> rates = {1e-3, 1e-2, 1e-1};
  std::vector<double> epsilons = {1e-3, 1e-2, 1e-1};
  double epsilon = 0.1;  // of Table 1 and of the artificial study
  std::int64_t steps = 1000;
  std::int64_t batch = 32;
  std::int64_t samples = 4;
  double lambda = 0.01;

  bool artificial = false;
  std::vector<double> sigmas = {1e-2, 3e-2, 1e-1, 3e-1, 1, 3, 10, 30, 100, 300, 1000};
  std::int64_t epochs = 2000;  // of the artificial study
  std::int64_t labels = 100;   // …
  std::int64_t features = 50;  // of each label
  std::int64_t examples = 64;  // to learn from
  std::int64_t tests = 256;    // to be judged on

  std::uint64_t seed = 1;
  int threads = 0;
  std::filesystem::path out = "out/label_ranking";
  bool resume = false;
  std::string inspect;  // the loss whose last step becomes a page; empty: none

  // Registers every option. Parsing sorts the grids and refuses what cannot be run.
  void add_to(CommandLine& line);
  void declare(Options& options);
  // Entries of config.json.
  Record settings() const;
  // The losses of --losses.
  std::vector<Loss> chosen_losses() const;
  LossSettings loss_settings(double noise) const { return {noise, samples, lambda}; }

 private:
  void check();
};

// The files that --data means: files as given, folders as their *.csv and *.csv.gz by name. Throws FileError when there
// is none, or when two have the same name, by which results are kept.
std::vector<std::filesystem::path> data_files(const std::vector<std::string>& data);
// A data set's name: the file's without its endings.
std::string name_of(const std::filesystem::path& file);

}  // namespace cotape::app
