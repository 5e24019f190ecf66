#include <cotape/apps/common/report/curves.h>

namespace cotape::app {

Chart curves(const Metrics& metrics, const std::string& title, const std::string& unit,
             const std::vector<std::pair<std::string, std::string>>& series, bool log_y) {
  Chart chart{.title = title, .x_label = "epoch", .y_label = unit, .series = {}, .log_y = log_y};
  for (const auto& [name, column] : series)
    chart.series.push_back({.name = name, .x = metrics.column("epoch"), .y = metrics.column(column)});
  return chart;
}

Chart solver_curves(const Metrics& metrics) {
  return curves(metrics, "Solver in training", "share",
                {{"gradients that are zero", "zero_gradient_share"}, {"of the time", "solver_share"}});
}

}  // namespace cotape::app
