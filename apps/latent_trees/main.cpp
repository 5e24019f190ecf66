#include <cotape/apps/common/train/training.h>
#include <cotape/apps/latent_trees/task.h>
#include <cotape/engine/base/parallel.h>

using namespace cotape;

int main(int argc, char** argv) {
  app::CommandLine line("Finds the spanning trees that explain how points move.", "latent_trees");
  app::LatentTreesOptions options;
  options.add_to(line);
  return app::run_parallel_program(argc, argv, line, [&] {
    const ThreadLimit threads(options.common.threads);
    app::LayoutSets data = load_layouts(options);
    app::LatentTreesTask task(options, std::move(data));
    return app::train(task, "latent_trees", options.common, options.settings());
  });
}
