#include <cotape/apps/common/train/training.h>
#include <cotape/apps/globe_tsp/task.h>
#include <cotape/engine/base/parallel.h>

using namespace cotape;

int main(int argc, char** argv) {
  app::CommandLine line("Learns where the world's capitals are from flags and shortest tours.", "globe_tsp");
  app::GlobeOptions options;
  options.add_to(line);
  return app::run_parallel_program(argc, argv, line, [&] {
    const ThreadLimit threads(options.common.threads);
    app::GlobeTask task(options, make_globe_data(options));
    return app::train(task, "globe_tsp", options.common, options.settings());
  });
}
