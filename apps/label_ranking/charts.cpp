#include <cotape/apps/common/train/statistic.h>
#include <cotape/apps/label_ranking/charts.h>
#include <cotape/apps/label_ranking/published.h>

#include <algorithm>

namespace cotape::app {

Chart scatter_chart(const std::vector<DataSetResult>& results, Loss other) {
  Series ours{.name = "here", .x = {}, .y = {}, .points = true};
  Series paper{.name = "published", .x = {}, .y = {}, .points = true};
  for (const DataSetResult& result : results) {
    const LossScores *theirs = scores_of(result, other), *own = scores_of(result, Loss::fenchel_young);
    if (theirs == nullptr || own == nullptr) continue;
    ours.x.push_back(statistic(over_folds(*theirs, &FoldScore::spearman)).mean);
    ours.y.push_back(statistic(over_folds(*own, &FoldScore::spearman)).mean);
    const auto x = published(result.name, other), y = published(result.name, Loss::fenchel_young);
    if (!x || !y) continue;
    paper.x.push_back(*x);
    paper.y.push_back(*y);
  }
  Series equal{.name = "equal", .x = {0, 1}, .y = {0, 1}, .dashed = true};
  for (const double value : ours.x) equal.x[0] = equal.y[0] = std::min(equal.x[0], value);
  Chart chart{.title = "Fenchel-Young and " + title_of(other),
              .x_label = "Spearman, " + title_of(other),
              .y_label = "Spearman, Fenchel-Young",
              .series = {std::move(ours)}};
  if (!paper.x.empty()) chart.series.push_back(std::move(paper));
  chart.series.push_back(std::move(equal));
  return chart;
}

Chart recovery_chart(const std::vector<ArtificialResult>& results, double Recovery::*value, const std::string& title) {
  Chart chart{.title = title, .x_label = "noise σ in the ranks", .y_label = "", .series = {}, .log_x = true};
  if (results.empty()) return chart;
  for (std::size_t i = 0; i < results.front().losses.size(); ++i) {
    Series series{.name = title_of(results.front().losses[i].loss), .x = {}, .y = {}};
    for (const ArtificialResult& result : results) {
      series.x.push_back(result.sigma);
      series.y.push_back(result.losses[i].*value);
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

}  // namespace cotape::app
