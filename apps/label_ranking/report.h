#pragma once
#include <cotape/apps/label_ranking/results.h>

namespace cotape::app {

// The table of the cross-validation as lines of equal columns, the published figure beside each of ours.
std::vector<std::string> table_lines(const std::vector<DataSetResult>& results);

// Writes a PNG file for each chart and report.html with the tables, the charts and the settings.
void write_report(const RunFolder& folder, const LabelRankingOptions& options, const Results& results);

}  // namespace cotape::app
