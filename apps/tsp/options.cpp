#include <cotape/apps/tsp/options.h>
#include <cotape/engine/base/error.h>

namespace cotape::app {

void TspOptions::add_to(CommandLine& line) {
  line.add_words("files", files, "TSPLIB files (TYPE: TSP)");
  line.add("--time-limit", time_limit, "Seconds for a file's proof; 0: no limit", non_negative());
  line.add("--node-limit", node_limit, "Nodes of a file's proof; 0: no limit", between(0, 1'000'000'000'000));
  line.add("--heuristic", heuristic, "Local search alone: large instances, no proof");
  line.add("--kicks", kicks, "Random changes that --heuristic tries", between(0, 1'000'000'000));
  line.add("--out", out, "Folder for each file's tour and its drawing");
  line.add("--quiet", quiet, "No tours, one line a file");
  line.add("--random-sphere", random_sphere, "Time the solver on random points on a sphere: cities", between(3, 2000));
  line.add("--count", count, "Instances that --random-sphere solves", between(1, 10'000'000));
  line.add("--seed", seed, "Seed of their points", a_seed());
}

void TspOptions::check() const {
  if (files.empty() == (random_sphere == 0)) fail<ValueError>("either files or --random-sphere are needed");
  if (heuristic && (time_limit > 0 || node_limit > 0))
    fail<ValueError>("--heuristic proves nothing: it goes with --kicks, not with --time-limit or --node-limit");
}

}  // namespace cotape::app
