#pragma once
#include <cotape/apps/decide/results.h>

namespace cotape::app {

// The table of regrets with the published figures beside, as aligned lines for a terminal.
std::vector<std::string> table_lines(const DecideOptions& options, const std::vector<Repetition>& results);

// Replaces report.html (tables, curves, one instance's decision under each loss, settings) and PROBLEM.png, the curves.
void write_report(const RunFolder& folder, const DecideOptions& options, const std::vector<Repetition>& results);

}  // namespace cotape::app
