#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include <cotape/apps/common/train/options.h>
#include <cotape/nn/train/value.h>

namespace cotape::app {

// Settings of the study. Defaults are those of Minervini et al. 2023, Figs 1, 3 and 4, where the paper gives them.
struct GradientsOptions {
  std::vector<std::int64_t> n = {10, 20, 30, 50};  // lengths of one-hot vectors
  std::int64_t subset_n = 10;                      // the k-hot problem; 0: none
  std::int64_t subset_k = 5;
  std::vector<std::int64_t> samples = {1, 10, 100, 1000, 10000, 100000};
  std::int64_t seeds = 32;         // pairs of θ and b
  std::int64_t sweep_seeds = 128;  // of the sweep over λ
  std::int64_t sweep_samples = 1000;
  std::vector<double> lambdas = {0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 4, 5};
  double lambda = 1;           // of I-MLE and Blackbox beside their best λ
  double sigma = 1;            // scale of the noise of perturbed optimisers
  double temperature = 0.5;    // of the relaxations
  std::int64_t warm_up = 100;  // backward passes of AIMLE and of running means before the one that counts
  std::vector<std::int64_t> warm_ups = {10, 30, 100, 300, 1000};  // of the sweep over them
  bool absolute_b = false;                                        // |b|, as the published code has it
  std::uint64_t seed = 1;
  int threads = 0;
  std::filesystem::path out = "out/gradients";

  // Registers every option. Parsing sorts the lists and refuses what cannot be run.
  void add_to(CommandLine& line);
  void declare(Options& options);
  // Entries of config.json.
  Record settings() const { return settings_of(*this); }

 private:
  void check();
};

// The samples that are drawn at once: larger numbers are made of several such passes, so that memory stays small.
inline constexpr std::int64_t samples_per_pass = 1000;
// In each warm-up pass of the sweep over their number.
inline constexpr std::int64_t samples_per_warm_up_pass = 100;

}  // namespace cotape::app
