#pragma once
#include <optional>
#include <vector>

#include <cotape/apps/common/train/jobs.h>
#include <cotape/apps/label_ranking/options.h>

namespace cotape::app {

// How much of the planted ranking one loss recovered on new examples.
struct Recovery {
  Loss loss;
  double rate = 0;      // the learning rate that was best on the validation examples
  double perfect = 0;   // share of examples with all ranks right
  double partial = 0;   // share of labels with the right rank
  double spearman = 0;  // mean correlation of the ranks
};

// All losses at one noise scale σ.
struct ArtificialResult {
  double sigma = 0;
  std::vector<Recovery> losses;
  double seconds = 0;
};

// Trainings at one σ.
std::int64_t count_artificial_trainings(const LabelRankingOptions& options);

// The planted rankings of Berthet et al. 2020 (appendix C.2; Figs 4, 7, 8): w₀ uniform in {−1, 1}^d, an example is
// X ~ N(0, 1) of [labels, d] with y = ranks(Xw₀ + σZ), Z ~ N(0, 1), and the model θ = Xw. It is judged on new examples
// by their ranks without noise, ranks(Xw₀). The learning rate with the highest mean Spearman correlation on as many
// other noisy examples as it learns from is taken, for each loss and σ. The problem is the same for every σ but for Z.
// Results are the same bits for any number of threads. Nothing when `watch` has ended it.
std::optional<ArtificialResult> run_artificial(double sigma, const LabelRankingOptions& options, const Watch& watch);

}  // namespace cotape::app
