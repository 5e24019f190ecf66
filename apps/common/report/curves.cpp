#include <cotape/apps/common/report/curves.h>

namespace cotape::app {

Chart curves(const Metrics& metrics, const std::string& title, const std::string& unit,
             const std::vector<std::pair<std::string, std::string>>& series, bool log_y) {
  Chart chart{.title = title, .x_label = "epoch", .y_label = unit, .series = {}, .log_y = log_y};
  for (const auto& [name, column] : series)
    chart.series.push_back({.name = name, .x = metrics.column("epoch"), .y = metrics.column(column)});
  return chart;
}

}  // namespace cotape::app
