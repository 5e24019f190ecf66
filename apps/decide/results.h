#pragma once
#include <cotape/apps/decide/options.h>
#include <cotape/nn/train/run_folder.h>

namespace cotape::app {

// One repetition of one problem: all losses.
struct Repetition {
  std::string problem;
  std::int64_t number = 0;  // 0 ≤ number < seeds
  std::vector<DecisionResult> losses;
  std::vector<double> costs;     // of the test instance that is shown, …
  std::vector<double> decision;  // … and the right one; both of repetition 0 alone
};

// Creates the folder, removes the results of an old run and writes config.json; with --resume checks that the settings
// are those of the old run instead, and returns what it has finished. Throws FileError, ValueError.
std::vector<Repetition> start_results(const RunFolder& folder, const DecideOptions& options);

// Replaces summary.json, which --resume reads, and table.csv and curves.csv.
void write_results(const RunFolder& folder, const DecideOptions& options, const std::vector<Repetition>& results,
                   bool finished);

// A number of each repetition of a problem and a loss.
std::vector<double> over_repetitions(const std::vector<Repetition>& results, const std::string& problem,
                                     const std::string& loss,
                                     const std::function<double(const DecisionResult&)>& number);
// The published figure where the run has its settings.
std::optional<PublishedFigure> published(const DecideOptions& options, const std::string& problem,
                                         const std::string& loss);

}  // namespace cotape::app
