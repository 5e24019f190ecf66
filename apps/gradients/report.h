#pragma once
#include <cotape/apps/gradients/study.h>
#include <cotape/nn/train/run_folder.h>

namespace cotape::app {

// Creates the folder, removes the results of an old run, and writes config.json. Throws FileError.
void start_results(const RunFolder& folder, const GradientsOptions& options);

// Writes gradients.csv (a row for each estimator, number of samples and problem), sweep.csv, summary.json, a PNG file
// for each chart and report.html.
void write_results(const RunFolder& folder, const GradientsOptions& options, const std::vector<Study>& studies,
                   double seconds);

}  // namespace cotape::app
