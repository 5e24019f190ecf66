#include <cotape/apps/common/train/step_frame.h>
#include <cotape/apps/common/train/training.h>

#include <utility>

namespace cotape::app {

StepFrame::StepFrame(Module& net, const AdamOptions& adam, std::vector<ShardLearner> learners,
                     const CommonOptions& options, Rng noise, Schedule rate)
    : net_(net),
      noise_(std::move(noise)),
      optimizer_(net.parameters(), adam),
      rate_(rate ? std::move(rate) : ConstantSchedule{adam.lr}),
      parts_(optimizer_),
      shards_(parts_, net, std::move(learners), shard_options(options)) {}

void StepFrame::run(std::span<const std::int64_t> batch, std::int64_t epoch, Meter& meter,
                    const ShardedStep::Part& part) {
  optimizer_.set_learning_rate(rate_(epoch));
  shards_.run(batch, noise_, meter, part);
}

void StepFrame::save(Checkpoint& checkpoint) const {
  net_.save(checkpoint);
  optimizer_.save(checkpoint);
  checkpoint.put("rng.noise", noise_);
}

void StepFrame::load(const Checkpoint& checkpoint) {
  net_.load(checkpoint);
  optimizer_.load(checkpoint);
  noise_ = checkpoint.rng("rng.noise");
}

}  // namespace cotape::app
