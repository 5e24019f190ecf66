#include <cotape/apps/common/train/options.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/bench/grid_costs.h>
#include <cotape/bench/peers/paths/peer.h>
#include <cotape/bench/peers/timing.h>
#include <cotape/solvers/paths/grid_path.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

using namespace cotape;
using namespace cotape::app;
using namespace cotape::bench;

namespace {

struct PathOptions {
  std::vector<std::int64_t> sizes = {12, 32};
  std::int64_t count = 2000;
  std::int64_t repeats = 3;
  std::uint64_t seed = 1;
};

[[maybe_unused]] Engine peer_engine(std::shared_ptr<PathPeer> peer) {
  return {peer->name(),
          [peer](std::span<const real> costs, std::span<real> path) { peer->solve(costs.data(), path.data()); }};
}

// cotape first: the others' costs are compared with its own.
std::vector<Engine> engines_for(std::int64_t size) {
  const GridPath solver{.height = size, .width = size};
  std::vector<Engine> engines{
      {"cotape", [solver](std::span<const real> costs, std::span<real> path) { solver.solve(costs, path); }}};
#ifdef BENCH_BOOST
  engines.push_back(peer_engine(make_boost(static_cast<int>(size))));
#endif
#ifdef BENCH_LEMON
  engines.push_back(peer_engine(make_lemon(static_cast<int>(size))));
#endif
  return engines;
}

std::string json_line(const EngineTimes& times, std::int64_t size, GridCosts kind, std::int64_t count) {
  return R"({"bench":"paths","engine":)" + Value(times.engine).json() + R"(,"size":)" + Value(size).json() +
         R"(,"costs":)" + Value(name_of(kind)).json() + R"(,"instances":)" + Value(count).json() + R"(,"median_us":)" +
         Value(times.median).json() + R"(,"percentile99_us":)" + Value(times.percentile99).json() + "}\n";
}

std::string table_line(const std::string& grid, const std::string& costs, const std::string& engine,
                       const std::string& median, const std::string& percentile, const std::string& ratio) {
  std::array<char, 160> line{};
  std::snprintf(line.data(), line.size(), "%-8s %-8s %-8s %10s %10s %10s\n", grid.c_str(), costs.c_str(),
                engine.c_str(), median.c_str(), percentile.c_str(), ratio.c_str());
  return line.data();
}

void run(const PathOptions& options) {
  std::string table = table_line("grid", "costs", "engine", "median us", "99 % us", "/ cotape");
  for (const std::int64_t size : options.sizes)
    for (const GridCosts kind : {GridCosts::terrain, GridCosts::uniform}) {
      const Tensor costs = grid_costs(kind, options.count, size, options.seed);
      const std::vector<EngineTimes> all = time_engines(engines_for(size), costs, options.repeats);
      const std::string grid = std::to_string(size) + "x" + std::to_string(size);
      for (const EngineTimes& times : all) {
        std::cout << json_line(times, size, kind, options.count) << std::flush;
        table += table_line(grid, name_of(kind), times.engine, decimals(times.median, 2),
                            decimals(times.percentile99, 2), decimals(times.median / all[0].median, 2));
      }
    }
  std::cout << table << std::flush;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Times cheapest paths on random grids, one at a time on one core, beside the Dijkstras of Boost and LEMON where "
      "they are installed, and checks that all paths cost the same. Prints lines of JSON and a table.",
      "bench_paths");
  PathOptions options;
  app.option_defaults()->always_capture_default();
  app.add_option("--sizes", options.sizes, "cells along an edge")->delimiter(',')->check(CLI::Range(2, 64));
  app.add_option("--count", options.count, "instances of each size and kind of costs")->check(CLI::Range(1, 1000000));
  app.add_option("--repeats", options.repeats, "how often each is solved")->check(CLI::Range(1, 1000));
  app.add_option("--seed", options.seed, "of the costs")->check(a_seed());
  return run_program(argc, argv, app, [&] {
    run(options);
    return Outcome::finished;
  });
}
