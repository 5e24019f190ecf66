#include <cotape/apps/common/train/options.h>
#include <cotape/apps/tsp/options.h>
#include <cotape/engine/base/error.h>

#include <CLI/CLI.hpp>

namespace cotape::app {

void TspOptions::add_to(CLI::App& app) {
  app.get_formatter()->column_width(34);
  app.option_defaults()->always_capture_default();
  const auto range = [](std::int64_t low, std::int64_t high) { return CLI::Range(low, high).description(""); };
  app.add_option("files", files, "TSPLIB files (TYPE: TSP)");
  app.add_option("--time-limit", time_limit, "Seconds for a file's proof; 0: no limit")->check(non_negative());
  app.add_option("--node-limit", node_limit, "Nodes of a file's proof; 0: no limit")
      ->check(range(0, 1'000'000'000'000));
  app.add_flag("--heuristic", heuristic, "Local search alone: large instances, no proof");
  app.add_option("--kicks", kicks, "Random changes that --heuristic tries")->check(range(0, 1'000'000'000));
  app.add_option("--out", out, "Folder for each file's tour and its drawing");
  app.add_flag("--quiet", quiet, "No tours, one line a file");
  app.add_option("--random-sphere", random_sphere, "Time the solver on random points on a sphere: cities")
      ->check(range(3, 2000));
  app.add_option("--count", count, "Instances that --random-sphere solves")->check(range(1, 10'000'000));
  app.add_option("--seed", seed, "Seed of their points")->check(a_seed());
}

void TspOptions::check() const {
  if (files.empty() == (random_sphere == 0)) fail<ValueError>("either files or --random-sphere are needed");
  if (heuristic && (time_limit > 0 || node_limit > 0))
    fail<ValueError>("--heuristic proves nothing: it goes with --kicks, not with --time-limit or --node-limit");
}

}  // namespace cotape::app
