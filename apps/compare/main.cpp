#include <cotape/apps/common/chart.h>
#include <cotape/apps/common/metrics.h>
#include <cotape/apps/common/options.h>
#include <cotape/apps/common/value.h>
#include <cotape/data/image.h>
#include <cotape/engine/error.h>

#include <CLI/CLI.hpp>
#include <iostream>

using namespace cotape;
using namespace cotape::app;

namespace {

// A run as the command line names it: NAME=FOLDER.
struct Run {
  std::string name;
  Metrics metrics;
};

Run read_run(const std::string& argument) {
  const std::size_t split = argument.rfind('=');
  if (split == argument.npos || split == 0) fail<ValueError>("run \"", argument, "\" is not NAME=FOLDER");
  Metrics metrics = Metrics::read(std::filesystem::path(argument.substr(split + 1)) / "metrics.csv");
  if (metrics.rows().empty()) fail<ValueError>("run \"", argument, "\" has no finished epoch");
  return {argument.substr(0, split), std::move(metrics)};
}

Chart curves(const std::vector<Run>& runs, const std::string& column, const std::string& title, const std::string& unit,
             bool log_y) {
  Chart chart{.title = title, .x_label = "epoch", .y_label = unit, .series = {}, .log_y = log_y};
  for (const Run& run : runs)
    chart.series.push_back({.name = run.name, .x = run.metrics.column("epoch"), .y = run.metrics.column(column)});
  return chart;
}

// A Markdown table of the last epoch.
void print_table(const std::vector<Run>& runs, const std::vector<std::string>& columns) {
  std::cout << "| run | epochs |";
  for (const std::string& column : columns) std::cout << ' ' << column << " |";
  std::cout << "\n|---|---|";
  for (std::size_t i = 0; i < columns.size(); ++i) std::cout << "---|";
  for (const Run& run : runs) {
    std::cout << "\n| " << run.name << " | " << run.metrics.last_epoch() << " |";
    for (const std::string& column : columns)
      std::cout << ' ' << short_number(run.metrics.column(column).back()) << " |";
  }
  std::cout << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Draws one column of the metrics of several runs in one chart, and prints a table of their last epochs.",
               "compare");
  app.option_defaults()->always_capture_default();
  std::vector<std::string> arguments, columns;
  std::string plot, title, unit;
  std::filesystem::path out;
  bool log_y = false;
  app.add_option("runs", arguments, "Runs, as NAME=FOLDER")->required();
  app.add_option("--table", columns, "Columns of the table")->delimiter(',')->allow_extra_args(false);
  app.add_option("--plot", plot, "Column to draw");
  app.add_option("--out", out, "PNG file of the chart");
  app.add_option("--title", title, "Title of the chart");
  app.add_option("--unit", unit, "What the y axis shows");
  app.add_flag("--log-y", log_y, "Logarithmic y axis");
  return run_program(argc, argv, app, [&] {
    if (plot.empty() != out.empty()) fail<ValueError>("--plot and --out go together");
    std::vector<Run> runs;
    for (const std::string& argument : arguments) runs.push_back(read_run(argument));
    if (!plot.empty()) write_png(out, to_picture(curves(runs, plot, title.empty() ? plot : title, unit, log_y), 2));
    if (!columns.empty()) print_table(runs, columns);
    return Outcome::finished;
  });
}
