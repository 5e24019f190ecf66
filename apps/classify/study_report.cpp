#include <cotape/apps/classify/study_report.h>
#include <cotape/apps/common/report/aligned.h>
#include <cotape/apps/common/report/report.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/data/pictures/image.h>
#include <cotape/engine/base/file.h>

#include <algorithm>
#include <cmath>

namespace cotape::app {
namespace {

using Cells = std::vector<std::string>;

// The standard error of a mean.
double error_of(const std::vector<double>& values) {
  return statistic(values).deviation / std::sqrt(static_cast<double>(values.size()));
}

// The place of cross-entropy; the number of settings where the study has none.
std::size_t cross_entropy_of(const ClassifyStudy& study) {
  const auto found = std::find_if(study.settings.begin(), study.settings.end(),
                                  [](const ClassifySetting& s) { return s.loss == "cross-entropy"; });
  return static_cast<std::size_t>(found - study.settings.begin());
}

std::string percent(const Statistic& share) {
  return decimals(100 * share.mean, 2) + " ± " + decimals(100 * share.deviation, 2);
}

// Mean and deviation over the seeds of each epoch.
Series curve_of(const ClassifyStudy& study, std::size_t setting, const std::string& column) {
  Series series{.name = study.settings[setting].title(), .x = {}, .y = {}};
  std::vector<std::vector<double>> curves;
  for (std::int64_t seed = 0; seed < study.seeds; ++seed)
    if (const auto& metrics = study.of(setting, seed)) {
      curves.push_back(metrics->column(column));
      series.x = metrics->column("epoch");
    }
  for (std::size_t epoch = 0; epoch < series.x.size(); ++epoch) {
    std::vector<double> values;
    for (const auto& curve : curves) values.push_back(curve[epoch]);
    const Statistic of_epoch = statistic(values);
    series.y.push_back(of_epoch.mean);
    series.deviation.push_back(of_epoch.deviation);
  }
  return series;
}

Cells table_head() {
  return {"loss", "seeds", "test accuracy %", "less cross-entropy's", "train accuracy %", "test cross-entropy"};
}

std::vector<Cells> table_rows(const ClassifyStudy& study) {
  const std::size_t reference = cross_entropy_of(study);
  std::vector<Cells> rows;
  for (std::size_t i = 0; i < study.settings.size(); ++i) {
    const std::vector<double> accuracy = study.last(i, "test_accuracy");
    if (accuracy.empty()) continue;
    std::string difference;
    if (reference < study.settings.size() && reference != i) {
      const std::vector<double> differences = study.difference(i, reference);
      if (!differences.empty())
        difference = decimals(100 * statistic(differences).mean, 2) + " ± " + decimals(100 * error_of(differences), 2);
    }
    const Statistic nats = statistic(study.last(i, "test_cross_entropy"));
    rows.push_back({study.settings[i].title(), std::to_string(accuracy.size()), percent(statistic(accuracy)),
                    difference, percent(statistic(study.last(i, "train_accuracy"))),
                    decimals(nats.mean, 3) + " ± " + decimals(nats.deviation, 3)});
  }
  return rows;
}

void write_table(const RunFolder& folder, const ClassifyOptions& options, const ClassifyStudy& study) {
  const std::vector<std::string> columns = {"train_loss",    "train_accuracy",     "test_loss",
                                            "test_accuracy", "test_cross_entropy", "seconds"};
  std::string table = "loss,samples,epsilon,seed";
  for (const std::string& column : columns) table += "," + column;
  table += "\n";
  for (std::size_t i = 0; i < study.settings.size(); ++i)
    for (std::int64_t seed = 0; seed < study.seeds; ++seed) {
      const auto& metrics = study.of(i, seed);
      if (!metrics) continue;
      const ClassifySetting& setting = study.settings[i];
      table += setting.loss + ",";
      if (setting.fenchel_young())
        table += std::to_string(setting.samples) + "," + format_number(setting.epsilon);
      else
        table += ",";
      table += "," + std::to_string(options.common.seed + static_cast<std::uint64_t>(seed));
      for (const std::string& column : columns) table += "," + format_number(metrics->last(column));
      table += "\n";
    }
  write_file(folder.file("study.csv"), table);
}

Record summary_of(const ClassifyOptions& options, const ClassifyStudy& study) {
  Record summary{{"app", "classify"}};
  for (const auto& entry : options.settings())
    if (entry.first != "out" && entry.first != "resume") summary.push_back(entry);
  double seconds = 0;
  std::int64_t finished = 0;
  for (const auto& metrics : study.trained)
    if (metrics) seconds += metrics->last("seconds"), ++finished;
  const std::size_t reference = cross_entropy_of(study);
  for (std::size_t i = 0; i < study.settings.size(); ++i) {
    const std::vector<double> accuracy = study.last(i, "test_accuracy");
    if (accuracy.empty()) continue;
    const std::string name = study.settings[i].name();
    summary.emplace_back(name + "_test_accuracy", statistic(accuracy).mean);
    summary.emplace_back(name + "_deviation", statistic(accuracy).deviation);
    const std::vector<double> differences =
        reference < study.settings.size() && reference != i ? study.difference(i, reference) : std::vector<double>();
    if (differences.empty()) continue;
    summary.emplace_back(name + "_less_cross_entropy", statistic(differences).mean);
    summary.emplace_back(name + "_standard_error", error_of(differences));
  }
  summary.emplace_back("trainings", finished);
  summary.emplace_back("seconds", seconds);
  summary.emplace_back("finished", finished == std::ssize(study.trained));
  return summary;
}

}  // namespace

Chart study_curves(const ClassifyStudy& study, double epsilon, const std::string& column, const std::string& title,
                   const std::string& unit) {
  Chart chart{.title = title, .x_label = "epoch", .y_label = unit, .series = {}};
  for (std::size_t i = 0; i < study.settings.size(); ++i) {
    const ClassifySetting& setting = study.settings[i];
    if (setting.fenchel_young() && setting.epsilon != epsilon) continue;
    Series series = curve_of(study, i, column);
    if (!series.x.empty()) chart.series.push_back(std::move(series));
  }
  return chart;
}

Chart epsilon_chart(const ClassifyStudy& study) {
  Chart chart{.title = "Test accuracy after the last epoch",
              .x_label = "scale ε of the noise",
              .y_label = "share",
              .series = {},
              .log_x = true};
  std::vector<double> scales;
  for (std::size_t i = 0; i < study.settings.size(); ++i) {
    const ClassifySetting& setting = study.settings[i];
    const Statistic accuracy = statistic(study.last(i, "test_accuracy"));
    if (!setting.fenchel_young() || study.last(i, "test_accuracy").empty()) continue;
    const std::string name = "Fenchel-Young, M = " + std::to_string(setting.samples);
    auto series =
        std::find_if(chart.series.begin(), chart.series.end(), [&](const Series& s) { return s.name == name; });
    if (series == chart.series.end()) series = chart.series.insert(series, Series{.name = name, .x = {}, .y = {}});
    series->x.push_back(setting.epsilon);
    series->y.push_back(accuracy.mean);
    series->deviation.push_back(accuracy.deviation);
    scales.push_back(setting.epsilon);
  }
  if (scales.empty()) return chart;
  const auto [low, high] = std::minmax_element(scales.begin(), scales.end());
  for (std::size_t i = 0; i < study.settings.size(); ++i) {
    const std::vector<double> accuracy = study.last(i, "test_accuracy");
    if (study.settings[i].fenchel_young() || accuracy.empty()) continue;
    const Statistic of_seeds = statistic(accuracy);
    chart.series.push_back({.name = study.settings[i].title(),
                            .x = {*low, *high},
                            .y = {of_seeds.mean, of_seeds.mean},
                            .deviation = {of_seeds.deviation, of_seeds.deviation},
                            .dashed = true});
  }
  return chart;
}

void write_classify_study(const RunFolder& folder, const ClassifyOptions& options, const ClassifyStudy& study) {
  write_table(folder, options, study);
  Report report("Losses of a classifier",
                "The same net, images and seeds under each loss. Mean and deviation over the seeds.");
  const auto add = [&](const std::string& name, const Chart& chart) {
    if (chart.series.empty()) return;
    if (!name.empty()) write_png(folder.file(name + ".png"), to_picture(chart));
    report.chart(chart);
  };
  add("accuracy", study_curves(study, options.epsilon, "test_accuracy", "Test accuracy", "share"));
  add("epsilon", epsilon_chart(study));
  add("", study_curves(study, options.epsilon, "train_accuracy", "Training accuracy, images varied", "share"));
  add("cross_entropy", study_curves(study, options.epsilon, "test_cross_entropy",
                                    "Test cross-entropy of softmax(logits / temperature)", "nats"));
  report.section("After the last epoch");
  report.text(
      "Less cross-entropy's: the mean over seeds of the difference of test accuracies with the same seed, in percent, "
      "and "
      "its standard error. The cross-entropy is that of softmax(logits / ε) for Fenchel-Young and of softmax(logits) "
      "for the others.");
  report.table(table_head(), table_rows(study));
  write_report(folder, std::move(report), options.settings());
  folder.write_summary(summary_of(options, study));
}

std::vector<std::string> study_table_lines(const ClassifyStudy& study) {
  std::vector<Cells> rows = table_rows(study);
  rows.insert(rows.begin(), table_head());
  return aligned_lines(rows);
}

}  // namespace cotape::app
