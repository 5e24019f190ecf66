#include <cotape/apps/common/train/options.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/bench/peers/problems/problem.h>
#include <cotape/data/formats/npy.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>

using namespace cotape;
using namespace cotape::app;
using namespace cotape::bench;

namespace {

struct Family {
  const char* name;
  std::vector<Problem> (*problems)(const ProblemOptions& options);
};
constexpr Family all_families[] = {{"paths", path_problems},         {"assignments", assignment_problems},
                                   {"matchings", matching_problems}, {"trees", tree_problems},
                                   {"knapsacks", knapsack_problems}, {"cuts", cut_problems},
                                   {"flows", flow_problems}};

std::vector<std::string> family_names() {
  std::vector<std::string> names;
  for (const Family& family : all_families) names.push_back(family.name);
  return names;
}

struct SolverOptions {
  std::vector<std::string> families = family_names();
  ProblemOptions problems;
  std::int64_t repeats = 5;
  std::filesystem::path save;
};

std::string json_line(const EngineTimes& times, const Problem& problem) {
  return R"({"bench":"solvers","problem":)" + Value(problem.name).json() + R"(,"size":)" + Value(problem.size).json() +
         R"(,"kind":)" + Value(problem.kind).json() + R"(,"engine":)" + Value(times.engine).json() +
         R"(,"instances":)" + Value(problem.costs.shape()[0]).json() + R"(,"median_us":)" + Value(times.median).json() +
         R"(,"percentile99_us":)" + Value(times.percentile99).json() + "}\n";
}

std::string table_line(const std::string& problem, const std::string& size, const std::string& kind,
                       const std::string& engine, const std::string& median, const std::string& percentile,
                       const std::string& ratio) {
  std::array<char, 200> line{};
  std::snprintf(line.data(), line.size(), "%-17s %6s %-13s %-21s %10s %10s %9s\n", problem.c_str(), size.c_str(),
                kind.c_str(), engine.c_str(), median.c_str(), percentile.c_str(), ratio.c_str());
  return line.data();
}

// For peers that are no libraries of C++: a problem's costs, and what the right answers cost.
void save(const std::filesystem::path& folder, const Problem& problem, const std::vector<double>& answers) {
  std::string name = problem.name + "_" + problem.size + "_" + problem.kind;
  std::replace(name.begin(), name.end(), ' ', '_');
  write_npy<real>(folder / (name + ".npy"), problem.costs.shape(), problem.costs.values());
  write_npy<double>(folder / (name + ".answers.npy"), Shape{problem.costs.shape()[0]}, answers);
}

void run(const SolverOptions& options) {
  std::string table = table_line("problem", "size", "kind", "engine", "median us", "99 % us", "/ cotape");
  for (const Family& family : all_families) {
    if (std::find(options.families.begin(), options.families.end(), family.name) == options.families.end()) continue;
    for (const Problem& problem : family.problems(options.problems)) {
      const Timings timings = time_engines(problem.engines, problem.costs, options.repeats);
      if (!options.save.empty()) save(options.save, problem, timings.answers);
      const double own = timings.engines[0].median;
      for (const EngineTimes& times : timings.engines) {
        std::cout << json_line(times, problem) << std::flush;
        table += table_line(problem.name, problem.size, problem.kind, times.engine, decimals(times.median, 2),
                            decimals(times.percentile99, 2), decimals(times.median / own, 2));
      }
    }
  }
  std::cout << table << std::flush;
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine line(
      "Times solvers, one instance at a time on one core, beside those of Boost, LEMON and CBC where they are "
      "installed, and checks that all answers cost the same. Prints lines of JSON and a table.",
      "bench_solvers", {.column = 30});
  SolverOptions options;
  line.add("--families", options.families, "of problems", one_of(family_names()));
  line.add("--entries", options.problems.entries, "numbers of the costs of all instances of a problem together",
           range(1, 100000000));
  line.add("--repeats", options.repeats, "how often each instance is solved; the fastest counts", range(1, 1000));
  line.add("--save", options.save, "a folder for instances and the costs of their answers, as NPY files",
           existing_folder());
  line.add("--seed", options.problems.seed, "of the instances", a_seed());
  return run_program(argc, argv, line, [&] {
    run(options);
    return Outcome::finished;
  });
}
