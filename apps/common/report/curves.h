#pragma once
#include <string>
#include <utility>
#include <vector>

#include <cotape/apps/common/report/chart.h>
#include <cotape/nn/train/metrics.h>

namespace cotape::app {

// A chart of columns of a run by epoch; `series` are pairs of a name to show and a column.
Chart curves(const Metrics& metrics, const std::string& title, const std::string& unit,
             const std::vector<std::pair<std::string, std::string>>& series, bool log_y = false);

// That of the columns zero_gradient_share and solver_share.
Chart solver_curves(const Metrics& metrics);

}  // namespace cotape::app
