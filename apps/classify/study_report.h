#pragma once
#include <cotape/apps/classify/study.h>
#include <cotape/apps/common/report/chart.h>
#include <cotape/nn/train/run_folder.h>

namespace cotape::app {

// A column by epoch, mean and deviation over seeds, of the settings with the ε of --epsilon: the left panel of Fig. 2
// of Berthet et al. 2020.
Chart study_curves(const ClassifyStudy& study, double epsilon, const std::string& column, const std::string& title,
                   const std::string& unit);

// The test accuracy after the last epoch by ε, a line for each number of draws, beside the losses without ε (the right
// panel).
Chart epsilon_chart(const ClassifyStudy& study);

// Replaces summary.json, study.csv, accuracy.png, cross_entropy.png, epsilon.png and report.html.
void write_classify_study(const RunFolder& folder, const ClassifyOptions& options, const ClassifyStudy& study);

// A line for each setting, for a terminal.
std::vector<std::string> study_table_lines(const ClassifyStudy& study);

}  // namespace cotape::app
