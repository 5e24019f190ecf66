#include <cotape/apps/common/train/processes.h>
#include <cotape/apps/common/train/training.h>
#include <cotape/apps/warcraft/export.h>
#include <cotape/apps/warcraft/maps.h>
#include <cotape/apps/warcraft/predict.h>
#include <cotape/apps/warcraft/task.h>
#include <cotape/engine/base/parallel.h>

using namespace cotape;

namespace {

Outcome train(const app::WarcraftOptions& options) {
  const ThreadLimit threads(options.common.threads);
  app::WarcraftTask task(options, read_maps(options, WarcraftSplit::train), read_maps(options, WarcraftSplit::val),
                         read_maps(options, WarcraftSplit::test));
  return app::train(task, "warcraft", options.common, options.settings());
}

}  // namespace

int main(int argc, char** argv) {
  app::CommandLine line("Learns what terrain costs from pictures and the cheapest paths through them.", "warcraft");
  app::WarcraftOptions training;
  app::PredictOptions prediction;
  app::ExportOptions exported;
  training.add_to(line);
  const app::CommandLine predict = prediction.add_to(line);
  const app::CommandLine save = exported.add_to(line);
  return app::run_parallel_program(argc, argv, line, [&] {
    if (!predict.given() && !save.given()) return train(training);
    if (!app::processes().is_first()) return Outcome::finished;
    const ThreadLimit threads(predict.given() ? prediction.threads : exported.threads);
    if (predict.given())
      predict_map(prediction);
    else
      export_maps(exported);
    return Outcome::finished;
  });
}
