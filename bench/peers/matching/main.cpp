#include <cotape/apps/common/train/options.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/bench/peers/matching/peer.h>
#include <cotape/bench/peers/timing.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/matching/max_weight_matching.h>
#include <cotape/solvers/matching/perfect_matching.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cmath>
#include <cstdio>
#include <iostream>

using namespace cotape;
using namespace cotape::app;
using namespace cotape::bench;

namespace {

struct MatchingOptions {
  std::vector<std::int64_t> sizes = {20, 50, 200};
  std::int64_t edges = 400000;
  std::int64_t repeats = 3;
  std::uint64_t seed = 1;
};

enum class Problem { perfect, heaviest };
enum class Costs { distances, uniform };
std::string name_of(Problem problem) { return problem == Problem::perfect ? "perfect" : "heaviest"; }
std::string name_of(Costs costs) { return costs == Costs::distances ? "distances" : "uniform"; }

// Costs [count, edges] of complete graphs: between random points of the unit square, or uniform in (0, 1).
Tensor random_costs(Costs kind, std::int64_t count, const SparseGraph& graph, std::uint64_t seed) {
  Rng rng(seed);
  Tensor costs(Shape{count, graph.edge_count()});
  if (kind == Costs::uniform) {
    rng.uniform(costs);
    return costs;
  }
  Tensor points(Shape{count, graph.node_count(), 2});
  rng.uniform(points);
  for (std::int64_t i = 0; i < count; ++i)
    for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
      const auto [from, to] = graph.edge(e);
      const real* const a = points.data() + 2 * (i * graph.node_count() + from);
      const real* const b = points.data() + 2 * (i * graph.node_count() + to);
      costs[i * graph.edge_count() + e] = std::hypot(a[0] - b[0], a[1] - b[1]);
    }
  return costs;
}

Engine cotape_engine(Problem problem, const SparseGraph& graph) {
  const Solver solver = problem == Problem::perfect ? Solver(PerfectMatching(graph)) : Solver(MaxWeightMatching(graph));
  return {"cotape", [solver](std::span<const real> costs, std::span<real> chosen) { solver.solve(costs, chosen); }};
}

// cotape first: the others' costs are compared with its own.
std::vector<Engine> engines_for(Problem problem, const SparseGraph& graph) {
  std::vector<Engine> engines{cotape_engine(problem, graph)};
#ifdef BENCH_LEMON
  const auto nodes = static_cast<int>(graph.node_count());
  const std::shared_ptr<MatchingPeer> peer =
      problem == Problem::perfect ? make_lemon_perfect(nodes) : make_lemon_heaviest(nodes);
  engines.push_back({peer->name(), [peer](std::span<const real> costs, std::span<real> chosen) {
                       peer->solve(costs.data(), chosen.data());
                     }});
#endif
  return engines;
}

std::string json_line(const EngineTimes& times, Problem problem, std::int64_t size, Costs kind, std::int64_t count) {
  return R"({"bench":"matchings","problem":)" + Value(name_of(problem)).json() + R"(,"engine":)" +
         Value(times.engine).json() + R"(,"size":)" + Value(size).json() + R"(,"costs":)" +
         Value(name_of(kind)).json() + R"(,"instances":)" + Value(count).json() + R"(,"median_us":)" +
         Value(times.median).json() + R"(,"percentile99_us":)" + Value(times.percentile99).json() + "}\n";
}

std::string table_line(const std::string& problem, const std::string& nodes, const std::string& costs,
                       const std::string& engine, const std::string& median, const std::string& percentile,
                       const std::string& ratio) {
  std::array<char, 160> line{};
  std::snprintf(line.data(), line.size(), "%-9s %6s %-10s %-8s %10s %10s %10s\n", problem.c_str(), nodes.c_str(),
                costs.c_str(), engine.c_str(), median.c_str(), percentile.c_str(), ratio.c_str());
  return line.data();
}

void run(const MatchingOptions& options) {
  std::string table = table_line("problem", "nodes", "costs", "engine", "median us", "99 % us", "/ cotape");
  for (const Problem problem : {Problem::perfect, Problem::heaviest})
    for (const std::int64_t size : options.sizes)
      for (const Costs kind : {Costs::distances, Costs::uniform}) {
        const SparseGraph graph = SparseGraph::complete(size);
        const std::int64_t count = std::max<std::int64_t>(1, options.edges / graph.edge_count());
        const Tensor costs = random_costs(kind, count, graph, options.seed);
        const std::vector<EngineTimes> all = time_engines(engines_for(problem, graph), costs, options.repeats);
        for (const EngineTimes& times : all) {
          std::cout << json_line(times, problem, size, kind, count) << std::flush;
          table +=
              table_line(name_of(problem), std::to_string(size), name_of(kind), times.engine, decimals(times.median, 2),
                         decimals(times.percentile99, 2), decimals(times.median / all[0].median, 2));
        }
      }
  std::cout << table << std::flush;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Times matchings of complete graphs, one at a time on one core, beside LEMON's where it is installed, and checks "
      "that all cost the same. Prints lines of JSON and a table.",
      "bench_matchings");
  MatchingOptions options;
  app.option_defaults()->always_capture_default();
  app.add_option("--sizes", options.sizes, "nodes; even numbers")->delimiter(',')->check(CLI::Range(2, 1000));
  app.add_option("--edges", options.edges, "of all instances of a size and kind together")
      ->check(CLI::Range(1, 100000000));
  app.add_option("--repeats", options.repeats, "how often each is solved")->check(CLI::Range(1, 1000));
  app.add_option("--seed", options.seed, "of the costs")->check(a_seed());
  return run_program(argc, argv, app, [&] {
    run(options);
    return Outcome::finished;
  });
}
