#include <cotape/apps/gradients/charts.h>

namespace cotape::app {
namespace {

Series series_of(const Curve& curve, bool band) {
  Series series{.name = curve.estimator.name, .x = {}, .y = {}, .dashed = curve.estimator.deterministic};
  for (const Cell& cell : curve.cells) {
    const Statistic cosine = statistic(cell.cosine);
    series.x.push_back(static_cast<double>(cell.samples));
    series.y.push_back(cosine.mean);
    if (band) series.deviation.push_back(cosine.deviation);
  }
  return series;
}

// The points of one estimator of the sweep.
template <class X, class Y>
Series sweep_series(const std::vector<SweepPoint>& sweep, const std::string& name, const X& x, const Y& y) {
  Series series{.name = name, .x = {}, .y = {}};
  for (const SweepPoint& point : sweep)
    if (point.estimator == name) {
      series.x.push_back(x(point));
      series.y.push_back(y(point));
    }
  return series;
}

double cosine_of(const SweepPoint& point) { return point.cosine.mean; }
double setting_of(const SweepPoint& point) { return point.setting; }

}  // namespace

std::string title_of(const Study& study) {
  return "n = " + std::to_string(study.n) + (study.k > 1 ? ", k = " + std::to_string(study.k) : "");
}

std::string file_name_of(const Study& study) {
  return "n" + std::to_string(study.n) + (study.k > 1 ? "_k" + std::to_string(study.k) : "");
}

Chart cosine_chart(const Study& study, Group group) {
  constexpr const char* names[] = {"the papers' estimators", "their variants", "others", "perturbed optimisers"};
  Chart chart{.title = title_of(study) + ": " + names[static_cast<std::size_t>(group)],
              .x_label = "samples",
              .y_label = "cosine similarity to the true gradient",
              .series = {},
              .log_x = true};
  for (const Curve& curve : study.curves)
    if (curve.estimator.group == group) chart.series.push_back(series_of(curve, group == Group::papers));
  return chart;
}

Chart distance_chart(const Study& study) {
  Chart chart = cosine_chart(study, Group::papers);
  chart.y_label = "1 - cosine similarity";
  chart.log_y = true;
  for (Series& series : chart.series) {
    series.deviation.clear();
    for (double& y : series.y) y = 1 - y;
  }
  return chart;
}

Chart sweep_chart(const Study& study) {
  Chart chart{.title = title_of(study) + ": I-MLE by λ",
              .x_label = "λ",
              .y_label = "cosine similarity to the true gradient",
              .series = {},
              .log_x = true};
  for (const char* name : {"imle", "imle-central"}) {
    chart.series.push_back(sweep_series(study.sweep, name, setting_of, cosine_of));
    for (const SweepPoint& point : study.sweep)
      if (point.estimator == name) chart.series.back().deviation.push_back(point.cosine.deviation);
  }
  chart.series.push_back(sweep_series(study.sweep, "blackbox", setting_of, cosine_of));
  if (chart.series.front().x.empty()) return chart;
  const std::vector<double> ends = {chart.series.front().x.front(), chart.series.front().x.back()};
  for (const SweepPoint& point : study.sweep)
    if (point.setting == 0)
      chart.series.push_back(
          {.name = point.estimator, .x = ends, .y = {point.cosine.mean, point.cosine.mean}, .dashed = true});
  return chart;
}

Chart bias_chart(const Study& study) {
  Chart chart{.title = title_of(study) + ": bias and sparsity",
              .x_label = "share of zeros in the gradient of one sample",
              .y_label = "bias, relative to the true gradient",
              .series = {},
              .log_y = true};
  const auto sparsity = [](const SweepPoint& point) { return point.sparsity.mean; };
  const auto bias = [](const SweepPoint& point) { return point.bias.mean; };
  for (const char* name : {"imle", "imle-central"})
    chart.series.push_back(sweep_series(study.sweep, name, sparsity, bias));
  for (const char* name : {"aimle", "aimle-central", "straight-through", "sfe-exact"}) {
    chart.series.push_back(sweep_series(study.sweep, name, sparsity, bias));
    chart.series.back().points = true;
  }
  return chart;
}

Chart warm_up_chart(const Study& study) {
  Chart chart{.title = title_of(study) + ": AIMLE by warm-up",
              .x_label = "backward passes on the same problem before",
              .y_label = "cosine similarity to the true gradient",
              .series = {},
              .log_x = true};
  for (const char* name : {"aimle", "aimle-central"})
    chart.series.push_back(sweep_series(study.warm_ups, name, setting_of, cosine_of));
  const std::vector<double> ends = {study.warm_ups.front().setting, study.warm_ups.back().setting};
  for (const SweepPoint& point : study.sweep)
    if ((point.estimator == "imle" && point.setting == study.best.imle) ||
        (point.estimator == "imle-central" && point.setting == study.best.imle_central))
      chart.series.push_back({.name = point.estimator + ", best λ",
                              .x = ends,
                              .y = {point.cosine.mean, point.cosine.mean},
                              .dashed = true});
  return chart;
}

}  // namespace cotape::app
