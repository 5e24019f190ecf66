#pragma once
#include <cotape/apps/label_ranking/artificial.h>
#include <cotape/apps/label_ranking/cross_validation.h>
#include <cotape/nn/train/run_folder.h>

namespace cotape::app {

// What is known so far: of the one study or of the other.
struct Results {
  std::vector<DataSetResult> data_sets;
  std::vector<ArtificialResult> artificial;
};

// Creates the folder, removes the results of an old run and writes config.json; with --resume checks that the settings
// are those of the old run instead, and returns what it has finished. Throws FileError, ValueError.
Results start_results(const RunFolder& folder, const LabelRankingOptions& options);

// Replaces summary.json, which --resume reads: per data set and loss, mean and deviation of the correlations over the
// folds, the folds themselves, and the published mean.
void write_summary(const RunFolder& folder, const LabelRankingOptions& options, const Results& results, bool finished);

// Writes table.csv and folds.csv, or artificial.csv.
void write_tables(const RunFolder& folder, const Results& results);

// Spearman or Kendall correlations of the folds.
std::vector<double> over_folds(const LossScores& scores, double FoldScore::*value);
// The scores of one loss; null when it was not run.
const LossScores* scores_of(const DataSetResult& result, Loss loss);

}  // namespace cotape::app
