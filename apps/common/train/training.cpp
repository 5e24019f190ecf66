#include <cotape/apps/common/train/processes.h>
#include <cotape/apps/common/train/training.h>

namespace cotape::app {

Outcome train(TrainingTask& task, const std::string& app, const CommonOptions& options, const Record& config) {
  return cotape::train(task, {.app = app,
                              .out = options.out,
                              .epochs = options.epochs,
                              .resume = options.resume,
                              .inspect = options.inspect,
                              .config = config,
                              .processes = &processes(),
                              .option_prefix = "--"});
}

std::vector<ShardLearner> learners_of(const std::optional<RuleLayer>& layer) {
  if (!layer) return {};
  return {shard_learner(*layer)};
}

ShardOptions shard_options(const CommonOptions& options) {
  return {.count = options.shards, .processes = options.shards > 1 ? &processes() : nullptr};
}

}  // namespace cotape::app
