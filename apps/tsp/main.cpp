#include <cotape/apps/common/train/options.h>
#include <cotape/apps/tsp/drawing.h>
#include <cotape/apps/tsp/options.h>
#include <cotape/apps/tsp/timing.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/solvers/tsp/tsp.h>

#include <iostream>
#include <system_error>

using namespace cotape;
using namespace cotape::app;

namespace {

TspResult solve(const Tsplib& problem, const TspOptions& options) {
  const std::vector<double> costs = problem.distances();
  if (options.heuristic) return approximate_tsp(costs, problem.cities, options.kicks);
  TspLimits limits;
  if (options.time_limit > 0) limits.seconds = options.time_limit;
  if (options.node_limit > 0) limits.nodes = options.node_limit;
  return solve_tsp(costs, problem.cities, limits);
}

std::string proof(const TspResult& result, const TspOptions& options) {
  if (result.optimal) return "optimal";
  if (options.heuristic) return "not proven";
  return "not proven, at least " + format_number(result.lower_bound);
}

void print(const std::string& name, const Tsplib& problem, const TspResult& result, const TspOptions& options) {
  std::cout << name << "  " << problem.cities << " cities  " << name_of(problem.weights) << "  length "
            << format_number(result.length) << "  " << proof(result, options) << "  nodes " << result.nodes
            << "  seconds " << short_number(result.seconds) << '\n';
  if (!options.quiet) {
    for (std::size_t k = 0; k < result.tour.size(); ++k) std::cout << (k ? " " : "") << result.tour[k] + 1;
    std::cout << '\n';
  }
  std::cout << std::flush;
}

void write(const std::string& name, const Tsplib& problem, const TspResult& result, const TspOptions& options) {
  write_tsplib_tour(options.out / (name + ".tour"), name,
                    "length " + format_number(result.length) + ", " + proof(result, options), result.tour);
  if (!problem.displayed.empty()) write_png(options.out / (name + ".png"), draw_tour(problem, result.tour));
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error, ignored;
  std::filesystem::create_directories(folder, error);
  if (!std::filesystem::is_directory(folder, ignored))
    fail<FileError>(shown_path(folder),
                    ": cannot create the folder: ", error ? error.message() : "something else has this name");
}

void solve_files(const TspOptions& options) {
  if (!options.out.empty()) make_folder(options.out);
  std::string unproven;
  for (const std::string& file : options.files) {
    const std::filesystem::path path = file;
    const Tsplib problem = read_tsplib(path);
    if (problem.cities < 3) fail<ValueError>(shown_path(path), ": ", problem.cities, " cities make no tour");
    if (!problem.fixed_edges.empty())
      fail<ValueError>(shown_path(path), ": FIXED_EDGES_SECTION: every tour must hold ", problem.fixed_edges.size(),
                       problem.fixed_edges.size() == 1 ? " fixed edge" : " fixed edges",
                       ", which this solver cannot promise");
    const std::string name = path.stem().string();
    const TspResult result = solve(problem, options);
    print(name, problem, result, options);
    if (!options.out.empty()) write(name, problem, result, options);
    if (!result.optimal && !options.heuristic) unproven += (unproven.empty() ? "" : ", ") + name;
  }
  if (!unproven.empty()) fail<SolverError>("stopped at the limit, without a proof: ", unproven);
}

void time_solver(const TspOptions& options) {
  const SolveTimes times = time_on_sphere(options.random_sphere, options.count, options.seed);
  const auto microseconds = [](double seconds) { return short_number(1e6 * seconds) + " us"; };
  std::cout << options.random_sphere << " random cities on a sphere  " << options.count << " instances  "
            << short_number(static_cast<double>(options.count) / times.total) << " solves a second  median "
            << microseconds(times.median) << "  99th percentile " << microseconds(times.percentile99) << "  maximum "
            << microseconds(times.maximum) << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine line(
      "Finds the shortest tour through the cities of TSPLIB files and proves that there is no shorter one. Prints "
      "length, nodes of the proof, seconds, and the tour.",
      "tsp");
  TspOptions options;
  options.add_to(line);
  return run_program(argc, argv, line, [&] {
    options.check();
    if (options.random_sphere > 0)
      time_solver(options);
    else
      solve_files(options);
    return Outcome::finished;
  });
}
