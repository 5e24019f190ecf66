#include <cotape/apps/common/train/training.h>
#include <cotape/apps/graph_matching/task.h>
#include <cotape/engine/base/parallel.h>

using namespace cotape;

int main(int argc, char** argv) {
  app::CommandLine line("Learns which point of a picture is which point of another one.", "graph_matching");
  app::MatchingOptions options;
  options.add_to(line);
  return app::run_parallel_program(argc, argv, line, [&] {
    const ThreadLimit threads(options.common.threads);
    const app::MatchingData data = load_views(options);
    const std::optional<app::MatchingData> other = load_other_views(options);
    app::MatchingTask task(options, data, other ? &*other : nullptr);
    return app::train(task, "graph_matching", options.common, options.settings());
  });
}
