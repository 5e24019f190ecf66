#include <cotape/apps/common/report/chart.h>
#include <cotape/apps/common/train/options.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/data/pictures/image.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/nn/train/json_text.h>
#include <cotape/nn/train/metrics.h>
#include <cotape/nn/train/value.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

using namespace cotape;
using namespace cotape::app;

namespace {

// Runs of one setting as the command line names them: NAME=FOLDER, or NAME=FOLDER,FOLDER…
struct Runs {
  std::string name;
  std::vector<std::filesystem::path> folders;
  std::vector<Metrics> metrics;

  // A column by epoch, one value a run: of the epochs that all of them have.
  std::map<double, std::vector<double>> by_epoch(const std::string& column) const {
    std::map<double, std::vector<double>> found;
    for (const Metrics& m : metrics) {
      const std::vector<double> epochs = m.column("epoch"), values = m.column(column);
      for (std::size_t row = 0; row < epochs.size(); ++row) found[epochs[row]].push_back(values[row]);
    }
    std::erase_if(found, [this](const auto& entry) { return entry.second.size() < metrics.size(); });
    if (found.empty()) fail<ValueError>("run \"", name, "\": its folders have no epoch in common");
    return found;
  }
};

Runs read_runs(const std::string& argument) {
  const std::size_t split = argument.rfind('=');
  if (split == argument.npos || split == 0) fail<ValueError>("run \"", argument, "\" is not NAME=FOLDER[,FOLDER...]");
  Runs runs{argument.substr(0, split), {}, {}};
  std::istringstream folders(argument.substr(split + 1));
  for (std::string folder; std::getline(folders, folder, ',');) {
    runs.folders.emplace_back(folder);
    runs.metrics.push_back(Metrics::read(runs.folders.back() / "metrics.csv"));
    if (runs.metrics.back().rows().empty()) fail<ValueError>("run \"", folder, "\" has no finished epoch");
  }
  if (runs.folders.empty()) fail<ValueError>("run \"", argument, "\" names no folder");
  return runs;
}

// Of several runs the mean, and the standard deviation as a band.
void add_point(Series& series, double x, const std::vector<double>& values) {
  const Statistic y = statistic(values);
  series.x.push_back(x);
  series.y.push_back(y.mean);
  series.deviation.push_back(y.deviation);
}

// A column by epoch.
Series by_epoch(const Runs& runs, const std::string& column) {
  Series series{.name = runs.name, .x = {}, .y = {}};
  for (const auto& [epoch, values] : runs.by_epoch(column)) add_point(series, epoch, values);
  return series;
}

// A column's last value by a number in the runs' config.json.
Series by_setting(const Runs& runs, const std::string& column, const std::string& setting) {
  std::map<double, std::vector<double>> values;
  for (std::size_t i = 0; i < runs.folders.size(); ++i) {
    const std::filesystem::path file = runs.folders[i] / "config.json";
    const auto config = nlohmann::json::parse(read_json_object(file));
    if (!config.contains(setting) || !config[setting].is_number())
      fail<FileError>(shown_path(file), ": no number \"", setting, "\"");
    values[config[setting].get<double>()].push_back(runs.metrics[i].column(column).back());
  }
  Series series{.name = runs.name, .x = {}, .y = {}};
  for (const auto& [x, y] : values) add_point(series, x, y);
  return series;
}

// Which row of a run's metrics a table shows: the first where a column is highest, or lowest. Without a column that of
// the last epoch that all runs of a line have.
struct ShownRow {
  std::string column;
  bool highest = true;

  std::size_t of(const Metrics& metrics) const {
    const std::vector<double> values = metrics.column(column);
    const auto best =
        highest ? std::max_element(values.begin(), values.end()) : std::min_element(values.begin(), values.end());
    return static_cast<std::size_t>(best - values.begin());
  }
};

// A column's values in the rows that are shown, one a run.
std::vector<double> shown_values(const Runs& runs, const std::string& column, const ShownRow& row) {
  if (row.column.empty()) return runs.by_epoch(column).rbegin()->second;
  std::vector<double> values;
  for (const Metrics& metrics : runs.metrics) values.push_back(metrics.column(column)[row.of(metrics)]);
  return values;
}

// A Markdown table; of several runs, mean ± standard deviation, and the first and the last of their epochs.
void print_table(const std::vector<Runs>& all, const std::vector<std::string>& columns, const ShownRow& row) {
  std::cout << "| run | " << (row.column.empty() ? "epochs" : "epoch") << " |";
  for (const std::string& column : columns) std::cout << ' ' << column << " |";
  std::cout << "\n|---|---|";
  for (std::size_t i = 0; i < columns.size(); ++i) std::cout << "---|";
  for (const Runs& runs : all) {
    const std::vector<double> epochs = shown_values(runs, "epoch", row);
    const auto [first, last] = std::minmax_element(epochs.begin(), epochs.end());
    std::cout << "\n| " << runs.name << " | " << static_cast<std::int64_t>(*first);
    if (*first < *last) std::cout << "–" << static_cast<std::int64_t>(*last);
    std::cout << " |";
    for (const std::string& column : columns) {
      const Statistic values = statistic(shown_values(runs, column, row));
      std::cout << ' '
                << (runs.folders.size() > 1 ? with_deviation(values.mean, values.deviation) : short_number(values.mean))
                << " |";
    }
  }
  std::cout << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine line(
      "Draws one column of the metrics of several runs in one chart, and prints a table of their last epochs.",
      "compare", {.column = 30});
  std::vector<std::string> arguments, columns;
  std::string plot, title, unit, against, highest, lowest;
  std::filesystem::path out;
  bool log_y = false;
  line.add_words("runs", arguments, "Runs, as NAME=FOLDER, or NAME=FOLDER,FOLDER... for the mean of several");
  line.require("runs");
  line.add("--table", columns, "Columns of the table");
  line.add("--highest", highest, "Column whose highest value says which epoch of a run the table shows [the last one]");
  line.add("--lowest", lowest, "The same with its lowest value");
  line.add("--plot", plot, "Column to draw");
  line.add("--against", against, "Draws its last value against this number of config.json, not each epoch's");
  line.add("--out", out, "PNG file of the chart");
  line.add("--title", title, "Title of the chart");
  line.add("--unit", unit, "What the y axis shows");
  line.add("--log-y", log_y, "Logarithmic y axis");
  return run_program(argc, argv, line, [&] {
    if (plot.empty() != out.empty()) fail<ValueError>("--plot and --out go together");
    if (!highest.empty() && !lowest.empty()) fail<ValueError>("--highest and --lowest exclude each other");
    std::vector<Runs> all;
    for (const std::string& argument : arguments) all.push_back(read_runs(argument));
    if (!plot.empty()) {
      Chart chart{.title = title.empty() ? plot : title,
                  .x_label = against.empty() ? "epoch" : against,
                  .y_label = unit,
                  .series = {},
                  .log_y = log_y};
      for (const Runs& runs : all)
        chart.series.push_back(against.empty() ? by_epoch(runs, plot) : by_setting(runs, plot, against));
      write_png(out, to_picture(chart, 2));
    }
    if (!columns.empty()) print_table(all, columns, {highest.empty() ? lowest : highest, lowest.empty()});
    return Outcome::finished;
  });
}
