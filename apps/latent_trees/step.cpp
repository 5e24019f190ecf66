#include <cotape/apps/common/train/training.h>
#include <cotape/apps/latent_trees/step.h>

namespace cotape::app {

LatentTreesStep::LatentTreesStep(const LatentTreesOptions& options, Rng weights, Rng noise)
    : model_(options, weights),
      frame_(model_, {.lr = options.learning_rate}, learners_of(model_.sampler().layer), options.common,
             std::move(noise), StepSchedule{options.learning_rate, options.decay_every, options.decay}) {}

auto LatentTreesStep::recorder(const Positions& positions) {
  return
      [this, &positions](Tape& tape, Rng& noise) { return model_.train_on(positions(tape).named("positions"), noise); };
}

LatentTrees::Losses LatentTreesStep::forward(const Positions& positions) { return frame_.forward(recorder(positions)); }

LatentTrees::Losses LatentTreesStep::run(const Positions& positions, std::int64_t epoch) {
  return frame_.run(epoch, recorder(positions));
}

LatentTrees::Losses LatentTreesStep::compute(const Positions& positions, const Shard& shard) {
  return frame_.compute(shard, recorder(positions));
}

void LatentTreesStep::save(Checkpoint& checkpoint) const {
  frame_.save(checkpoint);
  model_.sampler().save(checkpoint);
}

void LatentTreesStep::load(const Checkpoint& checkpoint) {
  frame_.load(checkpoint);
  model_.sampler().load(checkpoint);
}

}  // namespace cotape::app
