#include <cotape/apps/common/report/aligned.h>
#include <cotape/apps/common/report/report.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/apps/decide/report.h>
#include <cotape/data/pictures/image.h>

#include <cmath>

namespace cotape::app {
namespace {

using Cells = std::vector<std::string>;

const Cells head = {"problem", "loss", "regret %", "published %", "seconds an epoch", "published s", "solves an epoch"};

std::vector<Cells> table_rows(const DecideOptions& options, const std::vector<Repetition>& results) {
  std::vector<Cells> rows;
  const auto epochs = static_cast<double>(options.study.epochs);
  for (const std::string& problem : options.problems)
    for (const std::string& loss : options.chosen_losses()) {
      const auto of = [&](const std::function<double(const DecisionResult&)>& number) {
        return statistic(over_repetitions(results, problem, loss, number));
      };
      const Statistic regret = of([](const DecisionResult& r) { return 100 * r.final_regret(); });
      const Statistic seconds = of([&](const DecisionResult& r) { return r.seconds / epochs; });
      const Statistic solves = of([&](const DecisionResult& r) { return static_cast<double>(r.solves) / epochs; });
      const auto paper = published(options, problem, loss);
      const bool timed = paper && std::isfinite(paper->seconds);
      rows.push_back({problem, decision_loss(loss).title,
                      decimals(regret.mean, 2) + " ± " + decimals(regret.deviation, 2),
                      paper ? decimals(paper->regret, 2) : "", decimals(seconds.mean, 4),
                      timed ? decimals(paper->seconds / 20, 1) : "", decimals(solves.mean, 0)});
    }
  return rows;
}

Chart curves(const DecideOptions& options, const std::vector<Repetition>& results, const std::string& problem) {
  Chart chart{.title = problem, .x_label = "epoch", .y_label = "regret %", .series = {}, .log_y = true};
  for (const std::string& loss : options.chosen_losses()) {
    Series series{.name = decision_loss(loss).title, .x = {}, .y = {}};
    for (std::int64_t epoch = 0; epoch <= options.study.epochs; ++epoch) {
      const auto at = [&](const DecisionResult& r) { return 100 * r.regret[static_cast<std::size_t>(epoch)]; };
      series.x.push_back(static_cast<double>(epoch));
      series.y.push_back(statistic(over_repetitions(results, problem, loss, at)).mean);
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

double value_of(const std::vector<double>& costs, const std::vector<double>& decision) {
  double value = 0;
  for (std::size_t i = 0; i < costs.size(); ++i) value += costs[i] * decision[i];
  return value;
}

// What each loss decides for one instance: what it costs, and the entries that somebody chooses.
void add_instance(Report& report, const DecideOptions& options, const Repetition& repetition) {
  report.section("One decision: " + repetition.problem + ", test instance " + std::to_string(options.show));
  const double best = value_of(repetition.costs, repetition.decision);
  std::vector<Cells> sums = {{"right", decimals(best, 3), "", ""}};
  Cells columns = {"entry", "true cost", "right"};
  for (const DecisionResult& result : repetition.losses) {
    const std::string title = decision_loss(result.loss).title;
    const double value = value_of(repetition.costs, result.decision);
    sums.push_back({title, decimals(value, 3), decimals(std::abs(value - best), 3),
                    decimals(value_of(result.predicted, result.decision), 3)});
    columns.push_back(title);
  }
  report.table({"decided by", "true value", "regret", "predicted value"}, sums);
  std::vector<Cells> rows;
  for (std::size_t i = 0; i < repetition.costs.size(); ++i) {
    bool chosen = repetition.decision[i] != 0;
    Cells row = {std::to_string(i), decimals(repetition.costs[i], 3), chosen ? "●" : ""};
    for (const DecisionResult& result : repetition.losses) {
      row.push_back(decimals(result.predicted[i], 3) + (result.decision[i] != 0 ? " ●" : ""));
      chosen = chosen || result.decision[i] != 0;
    }
    if (chosen) rows.push_back(std::move(row));
  }
  report.text(
      "Predicted costs of the entries that are chosen by the true costs or by some loss; ● marks what is chosen.");
  report.table(columns, rows);
}

}  // namespace

std::vector<std::string> table_lines(const DecideOptions& options, const std::vector<Repetition>& results) {
  std::vector<Cells> rows = table_rows(options, results);
  rows.insert(rows.begin(), head);
  return aligned_lines(rows);
}

void write_report(const RunFolder& folder, const DecideOptions& options, const std::vector<Repetition>& results) {
  Report report("Predict, then optimise",
                "Linear models of costs, trained by each loss, judged by the regret of the decisions that follow.");
  report.section("Regret");
  report.text(
      "Mean ± deviation over the repetitions, as a share of what the best decisions cost. Published: PyEPO, "
      "notebook 03, with Gurobi in two processes; seconds are one twentieth of those of 20 epochs.");
  report.table(head, table_rows(options, results));
  for (const std::string& problem : options.problems) {
    const Chart chart = curves(options, results, problem);
    write_png(folder.file(problem + ".png"), to_picture(chart));
    report.chart(chart);
  }
  for (const Repetition& repetition : results)
    if (repetition.number == 0) add_instance(report, options, repetition);
  write_report(folder, std::move(report), options.settings());
}

}  // namespace cotape::app
