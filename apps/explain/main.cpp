#include <cotape/apps/common/train/processes.h>
#include <cotape/apps/common/train/training.h>
#include <cotape/apps/explain/predict.h>
#include <cotape/apps/explain/task.h>
#include <cotape/engine/base/parallel.h>

using namespace cotape;

namespace {

Outcome train(const app::ExplainOptions& options) {
  const ThreadLimit threads(options.common.threads);
  app::ExplainTask task(options, app::load_data(options));
  return app::train(task, "explain", options.common, options.settings());
}

}  // namespace

int main(int argc, char** argv) {
  app::CommandLine line("Learns which k words of a review tell its rating.", "explain");
  app::ExplainOptions training;
  app::ExplainPredictOptions prediction;
  training.add_to(line);
  const app::CommandLine predict = prediction.add_to(line);
  return app::run_parallel_program(argc, argv, line, [&] {
    if (!predict.given()) return train(training);
    if (!app::processes().is_first()) return Outcome::finished;
    const ThreadLimit threads(prediction.threads);
    app::predict_text(prediction);
    return Outcome::finished;
  });
}
