#include <cotape/apps/common/report/aligned.h>
#include <cotape/apps/common/report/report.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/apps/label_ranking/charts.h>
#include <cotape/apps/label_ranking/published.h>
#include <cotape/apps/label_ranking/report.h>
#include <cotape/data/pictures/image.h>

#include <cmath>

namespace cotape::app {
namespace {

using Cells = std::vector<std::string>;

std::vector<Loss> losses_of(const std::vector<DataSetResult>& results) {
  std::vector<Loss> losses;
  if (!results.empty())
    for (const LossScores& scores : results.front().losses) losses.push_back(scores.loss);
  return losses;
}

std::string mean_and_deviation(const LossScores& scores, double FoldScore::*value) {
  const Statistic correlation = statistic(over_folds(scores, value));
  return decimals(correlation.mean, 3) + " ± " + decimals(correlation.deviation, 3);
}

// The mean over data sets of the means over folds.
Cells mean_row(const std::vector<DataSetResult>& results) {
  Cells row = {"mean"};
  for (const Loss loss : losses_of(results)) {
    std::vector<double> means;
    for (const DataSetResult& result : results)
      if (const LossScores* scores = scores_of(result, loss))
        means.push_back(statistic(over_folds(*scores, &FoldScore::spearman)).mean);
    row.push_back(decimals(statistic(means).mean, 3));
  }
  return row;
}

// A row for each data set: ours, and the paper's figure where it has one.
std::vector<Cells> table_rows(const std::vector<DataSetResult>& results) {
  std::vector<Cells> rows;
  for (const DataSetResult& result : results) {
    rows.push_back({result.name});
    for (const LossScores& scores : result.losses) {
      const auto paper = published(result.name, scores.loss);
      rows.back().push_back(mean_and_deviation(scores, &FoldScore::spearman) +
                            (paper ? " (" + decimals(*paper, 2) + ")" : ""));
    }
  }
  if (results.size() > 1) rows.push_back(mean_row(results));
  return rows;
}

Cells table_head(const std::vector<DataSetResult>& results) {
  Cells head = {"data set"};
  for (const Loss loss : losses_of(results)) head.push_back(title_of(loss));
  return head;
}

struct Agreement {
  int compared = 0;
  int close = 0;  // within 0.03
  double largest = 0;
  std::string where;
};

Agreement agreement(const std::vector<DataSetResult>& results, Loss loss) {
  Agreement found;
  for (const DataSetResult& result : results) {
    const LossScores* scores = scores_of(result, loss);
    const auto paper = published(result.name, loss);
    if (scores == nullptr || !paper) continue;
    const double difference = statistic(over_folds(*scores, &FoldScore::spearman)).mean - *paper;
    ++found.compared;
    found.close += std::abs(difference) <= 0.03;
    if (std::abs(difference) < std::abs(found.largest)) continue;
    found.largest = difference;
    found.where = result.name;
  }
  return found;
}

void add_agreement(Report& report, const std::vector<DataSetResult>& results) {
  std::vector<Cells> rows;
  for (const Loss loss : losses_of(results)) {
    const Agreement found = agreement(results, loss);
    if (found.compared > 0)
      rows.push_back({title_of(loss), std::to_string(found.close) + " of " + std::to_string(found.compared),
                      (found.largest > 0 ? "+" : "") + decimals(found.largest, 3), found.where});
  }
  if (rows.empty()) return;
  report.section("Beside the paper");
  report.table({"loss", "within 0.03 of the published mean", "largest difference", "on"}, rows);
}

void add_ordering(Report& report, const std::vector<DataSetResult>& results) {
  std::vector<Cells> rows;
  for (const Loss other : losses_of(results)) {
    int better = 0, within = 0, compared = 0;
    for (const DataSetResult& result : results) {
      const LossScores *theirs = scores_of(result, other), *own = scores_of(result, Loss::fenchel_young);
      if (other == Loss::fenchel_young || theirs == nullptr || own == nullptr) continue;
      const double a = statistic(over_folds(*own, &FoldScore::spearman)).mean;
      const double b = statistic(over_folds(*theirs, &FoldScore::spearman)).mean;
      ++compared;
      better += a >= b;
      within += a >= 0.95 * b;
    }
    if (compared > 0)
      rows.push_back({title_of(other), std::to_string(better), std::to_string(within), std::to_string(compared)});
  }
  if (rows.empty()) return;
  report.section("Fenchel-Young beside the others");
  report.table({"other loss", "at least as good", "at least as good within 5 %", "data sets"}, rows);
}

void add_cross_validation(Report& report, const std::vector<DataSetResult>& results, bool with_epsilon) {
  report.section("Spearman correlation");
  report.text(std::string("Mean ± deviation over the outer folds; in brackets the published mean (Berthet et al. 2020, "
                          "Table 2). The learning rate") +
              (with_epsilon ? ", and ε of the losses with noise, are" : " is") +
              " chosen for each outer fold by cross-validation within its training part.");
  report.table(table_head(results), table_rows(results));
  add_agreement(report, results);
  add_ordering(report, results);

  report.section("Kendall correlation");
  std::vector<Cells> rows;
  for (const DataSetResult& result : results) {
    rows.push_back({result.name});
    for (const LossScores& scores : result.losses)
      rows.back().push_back(mean_and_deviation(scores, &FoldScore::kendall));
  }
  report.table(table_head(results), rows);

  report.section("Data");
  rows.clear();
  for (const DataSetResult& result : results)
    rows.push_back({result.name, std::to_string(result.examples), std::to_string(result.features),
                    std::to_string(result.labels), decimals(result.seconds, 1)});
  report.table({"data set", "examples", "features", "labels", "seconds"}, rows);
}

void add_artificial(Report& report, const std::vector<ArtificialResult>& results) {
  report.section("Shares by noise");
  const auto rows_of = [&](double Recovery::*value) {
    std::vector<Cells> rows;
    for (const ArtificialResult& result : results) {
      rows.push_back({short_number(result.sigma)});
      for (const Recovery& recovery : result.losses) rows.back().push_back(decimals(recovery.*value, 3));
    }
    return rows;
  };
  Cells head = {"σ"};
  for (const Recovery& recovery : results.front().losses) head.push_back(title_of(recovery.loss));
  report.text("Examples with all ranks right (perfect).");
  report.table(head, rows_of(&Recovery::perfect));
  report.text("Labels with the right rank (partial).");
  report.table(head, rows_of(&Recovery::partial));
}

}  // namespace

std::vector<std::string> table_lines(const std::vector<DataSetResult>& results) {
  std::vector<Cells> rows = table_rows(results);
  rows.insert(rows.begin(), table_head(results));
  return aligned_lines(rows);
}

void write_report(const RunFolder& folder, const LabelRankingOptions& options, const Results& results) {
  Report report(
      options.artificial ? "Planted rankings" : "Label ranking: Table " + std::to_string(options.table),
      options.artificial
          ? "Which losses recover y = ranks(Xw₀ + σZ), judged on new examples by their ranks without noise."
          : "Affine scores trained by each loss, judged by the rank correlation on folds that they did not see.");
  const auto add = [&](const std::string& name, const Chart& chart) {
    write_png(folder.file(name + ".png"), to_picture(chart));
    report.chart(chart);
  };
  if (!results.artificial.empty()) {
    add("perfect", recovery_chart(results.artificial, &Recovery::perfect, "Examples with all ranks right"));
    add("partial", recovery_chart(results.artificial, &Recovery::partial, "Labels with the right rank"));
    add("spearman", recovery_chart(results.artificial, &Recovery::spearman, "Spearman correlation"));
    add_artificial(report, results.artificial);
  }
  if (!results.data_sets.empty()) {
    add_cross_validation(report, results.data_sets, options.table == 2);
    const std::vector<Loss> losses = losses_of(results.data_sets);
    if (losses.front() == Loss::fenchel_young && losses.size() > 1) {
      report.section("Fenchel-Young and each other loss");
      for (const Loss other : losses)
        if (other != Loss::fenchel_young) add("scatter_" + name_of(other), scatter_chart(results.data_sets, other));
    }
  }
  write_report(folder, std::move(report), options.settings());
}

}  // namespace cotape::app
