#include <cotape/apps/common/train/training.h>

namespace cotape::app {

Outcome train(TrainingTask& task, const std::string& app, const CommonOptions& options, const Record& config) {
  return cotape::train(task, {.app = app,
                              .out = options.out,
                              .epochs = options.epochs,
                              .resume = options.resume,
                              .inspect = options.inspect,
                              .config = config,
                              .option_prefix = "--"});
}

}  // namespace cotape::app
