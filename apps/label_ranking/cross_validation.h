#pragma once
#include <optional>

#include <cotape/apps/common/train/jobs.h>
#include <cotape/apps/label_ranking/options.h>
#include <cotape/data/sets/label_ranking.h>
#include <cotape/engine/inspect/inspection.h>

namespace cotape::app {

// What one loss reached on one outer fold.
struct FoldScore {
  double rate = 0;  // that the inner folds have chosen, …
  double epsilon = 0;
  double inner = 0;     // … and its mean Spearman correlation on them
  double spearman = 0;  // mean over the fold's examples
  double kendall = 0;
};

struct LossScores {
  Loss loss;
  std::vector<FoldScore> folds;
};

struct DataSetResult {
  std::string name;
  std::int64_t examples = 0;
  std::int64_t features = 0;
  std::int64_t labels = 0;
  std::vector<LossScores> losses;
  double seconds = 0;
};

// Throws FileError, naming the file, when the table has too few examples for the folds.
void check_size(const std::filesystem::path& file, const LabelRanking& table, const LabelRankingOptions& options);

// Trainings that one data set takes.
std::int64_t count_trainings(const LabelRankingOptions& options);

// Nested cross-validation of every loss. Trainings run in parallel, each on one thread with random numbers of its own,
// which depend on the data set's name and not on the other sets: the results are the same bits for any number of
// threads. Nothing when `watch` has ended it. Throws ValueError when the table has too few examples for the folds.
std::optional<DataSetResult> cross_validate(const std::string& name, const LabelRanking& table,
                                            const LabelRankingOptions& options, const Watch& watch);

// The last step of one training more: on the first outer fold, at the first point of the loss's grid. The results of
// cross_validate do not depend on it.
Inspection inspect_training(const std::string& name, const LabelRanking& table, Loss loss,
                            const LabelRankingOptions& options);

}  // namespace cotape::app
