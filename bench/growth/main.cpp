#include <cotape/apps/common/report/report.h>
#include <cotape/apps/common/train/options.h>
#include <cotape/bench/growth/growth.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/base/text.h>

#include <cmath>
#include <iostream>

// How times and memory grow with sizes: a table, and a page with curves.
namespace cotape::bench {
namespace {

struct GrowthOptions {
  std::filesystem::path out = "out/growth";
  double budget = 1;
  std::int64_t sizes = 0;

  void add_to(app::CommandLine& line) {
    line.add("--out", out, "Folder for growth.md, report.html and the pictures");
    line.add("--budget", budget, "Seconds for each size, about", app::range(0.0, 1000.0));
    line.add("--sizes", sizes, "How many sizes of each are measured, from the smallest on; 0: all", app::range(0, 100));
  }
};

// What was measured of one growth.
struct Measured {
  Growth growth;
  std::vector<double> sizes, seconds, solver_seconds, bytes;
  double exponent = 0, memory_exponent = 0;
};

Measured measure(const Growth& growth, const GrowthOptions& options) {
  Measured measured;
  measured.growth = growth;
  for (const double size : growth.sizes) {
    if (options.sizes > 0 && std::ssize(measured.sizes) == options.sizes) break;
    const Point point = growth.measure(size, options.budget);
    measured.sizes.push_back(size);
    measured.seconds.push_back(point.seconds);
    measured.solver_seconds.push_back(point.solver_seconds);
    measured.bytes.push_back(point.bytes);
    std::cerr << growth.name << ", " << size << ' ' << growth.axis << ": " << point.seconds << " s\n";
  }
  measured.exponent = fitted_exponent(measured.sizes, measured.seconds);
  measured.memory_exponent = fitted_exponent(measured.sizes, measured.bytes);
  return measured;
}

// printf's `format` of a number; nothing where it was not measured.
std::string shown(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return std::isnan(value) ? "" : text;
}

// Measured exponents lie above the bound by chance, and where a cache is left.
std::string verdict(const Measured& m) {
  constexpr double tolerance = 0.15;
  if (m.growth.limit == 0 || std::isnan(m.exponent)) return "";
  return m.exponent <= m.growth.limit + tolerance ? "yes" : "NO";
}

const std::vector<std::string> columns = {"what",
                                          "grows with",
                                          "from",
                                          "to",
                                          "smallest, s",
                                          "largest, s",
                                          "time as",
                                          "algorithm",
                                          "within bound",
                                          "memory as",
                                          "bytes at the largest, each"};

std::vector<std::string> row(const Measured& m) {
  const double bytes_each = m.bytes.back() / m.sizes.back();
  return {m.growth.name,
          m.growth.axis,
          format_number(m.sizes.front()),
          format_number(m.sizes.back()),
          shown("%.3g", m.seconds.front()),
          shown("%.3g", m.seconds.back()),
          shown("%.2f", m.exponent),
          m.growth.why,
          verdict(m),
          shown("%.2f", m.memory_exponent),
          shown("%.3g", bytes_each)};
}

std::string markdown(const std::vector<std::vector<std::string>>& rows) {
  std::string text;
  const auto line = [&](const std::vector<std::string>& cells) {
    for (const std::string& cell : cells) text += "| " + cell + " ";
    text += "|\n";
  };
  line(columns);
  line(std::vector<std::string>(columns.size(), "---"));
  for (const auto& cells : rows) line(cells);
  return text;
}

app::Chart chart_of(const std::string& title, const std::vector<Measured>& all) {
  app::Chart chart{.title = title, .x_label = "size", .y_label = "seconds", .series = {}, .log_x = true, .log_y = true};
  for (const Measured& m : all)
    chart.series.push_back({m.growth.name + " (" + shown("%.2f", m.exponent) + ")", m.sizes, m.seconds});
  return chart;
}

Outcome run(const GrowthOptions& options) {
  const ThreadLimit one_thread(1);
  const std::vector<std::pair<std::string, std::vector<Growth>>> groups = {
      {"steps", step_growths()}, {"tape", tape_growths()}, {"solvers", solver_growths()}};
  app::Report report("Growth",
                     "Times of one thread against sizes; the exponent of the upper half of each curve in brackets.");
  std::vector<std::vector<std::string>> rows;
  std::filesystem::create_directories(options.out);
  for (const auto& [name, growths] : groups) {
    std::vector<Measured> all;
    for (const Growth& growth : growths) {
      all.push_back(measure(growth, options));
      rows.push_back(row(all.back()));
    }
    constexpr std::size_t at_once = 6;  // curves in one chart
    for (std::size_t first = 0; first < all.size(); first += at_once) {
      const std::vector<Measured> part(
          all.begin() + static_cast<std::ptrdiff_t>(first),
          all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), first + at_once)));
      const app::Chart chart = chart_of(name, part);
      report.chart(chart);
      const std::string number = first == 0 ? "" : "_" + std::to_string(first / at_once + 1);
      write_png(options.out / (name + number + ".png"), app::to_picture(chart));
    }
  }
  report.table(columns, rows);
  report.write(options.out / "report.html");
  const std::string table = markdown(rows);
  write_file(options.out / "growth.md", table);
  std::cout << table;
  return Outcome::finished;
}

}  // namespace
}  // namespace cotape::bench

int main(int argc, char** argv) {
  cotape::app::CommandLine line("Measures how training steps, the tape and solvers grow with sizes, and fits exponents",
                                "bench_growth", {.column = 30});
  cotape::bench::GrowthOptions options;
  options.add_to(line);
  return cotape::app::run_program(argc, argv, line, [&] { return cotape::bench::run(options); });
}
