#include <cotape/apps/common/train/options.h>
#include <cotape/bench/table/tables.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>

#include <algorithm>
#include <iostream>

using namespace cotape;
using namespace cotape::bench;

namespace {

std::vector<Table> make_tables(const Results& results) try {
  return {target_table(results), step_table(results),   memory_table(results),       calibration_table(results),
          check_table(results),  solver_table(results), solver_times_table(results), tape_table(results),
          rule_table(results),   micro_table(results),  machine_table(results)};
} catch (const nlohmann::json::exception& error) {
  fail<FileError>("a line of results lacks an entry: ", error.what());
}

// A warning where a run is no measurement.
std::string warning(const nlohmann::json& machine) {
  const bool quick = machine.value("quick", false);
  const double idle = std::min(machine.value("idle before", 1.0), machine.value("idle after", 1.0));
  if (!quick && idle >= 0.95) return "";
  return std::string("**No numbers to quote: ") + (quick ? "made with --quick" : "") +
         (quick && idle < 0.95 ? ", " : "") + (idle < 0.95 ? "other processes were at work" : "") + ".**\n\n";
}

}  // namespace

int main(int argc, char** argv) {
  app::CommandLine line(
      "Makes tables of what bench/run.sh has measured: prints them, and writes bench.md and bench.json.", "bench_table",
      {.column = 30});
  std::filesystem::path folder;
  bool solvers = false;
  line.add("folder", folder, "with the results; the tables are written here too");
  line.require("folder");
  line.add("--solvers", solvers, "only print the rows of docs/solvers.md, and write nothing");
  return app::run_program(argc, argv, line, [&] {
    if (!std::filesystem::is_directory(folder)) fail<FileError>(folder.string(), ": no such folder");
    const Results results = read_results(folder);
    if (solvers) {
      const std::string text = to_markdown(solver_times_table(results));
      std::cout << text.substr(text.find("\n|") + 1) << std::flush;
      return Outcome::finished;
    }
    const std::vector<Table> tables = make_tables(results);
    std::string text = "# Benchmarks\n\n" + warning(results.machine);
    for (const Table& table : tables) text += to_markdown(table);
    if (!results.profile.empty()) text += "## where the time of cotape's steps goes\n\n" + results.profile;
    write_file(folder / "bench.json", to_json(tables));
    write_file(folder / "bench.md", text);
    std::cout << text << std::flush;
    return Outcome::finished;
  });
}
