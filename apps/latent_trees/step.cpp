#include <cotape/apps/common/train/training.h>
#include <cotape/apps/latent_trees/step.h>

namespace cotape::app {

LatentTreesStep::LatentTreesStep(const LatentTreesOptions& options, Rng weights, Rng noise)
    : noise_(std::move(noise)),
      model_(options, weights),
      optimizer_(model_.parameters(), {.lr = options.learning_rate}),
      rate_{options.learning_rate, options.decay_every, options.decay},
      parts_(optimizer_),
      shards_(parts_, model_, learners_of(model_.sampler().layer), shard_options(options.common)) {}

LatentTrees::Losses LatentTreesStep::forward(const Positions& positions) {
  return parts_.forward([&](Tape& tape) { return model_.train_on(positions(tape).named("positions"), noise_); });
}

LatentTrees::Losses LatentTreesStep::run(const Positions& positions, std::int64_t epoch) {
  optimizer_.set_learning_rate(rate_(epoch));
  return parts_.run([&](Tape& tape) { return model_.train_on(positions(tape).named("positions"), noise_); });
}

void LatentTreesStep::run(std::span<const std::int64_t> batch, std::int64_t epoch, Meter& meter,
                          const ShardedStep::Part& part) {
  optimizer_.set_learning_rate(rate_(epoch));
  shards_.run(batch, noise_, meter, part);
}

LatentTrees::Losses LatentTreesStep::compute(const Positions& positions, const Shard& shard) {
  const LatentTrees::Losses losses =
      parts_.forward([&](Tape& tape) { return model_.train_on(positions(tape).named("positions"), shard.noise); });
  parts_.backward(losses.loss, shard.share);
  return losses;
}

void LatentTreesStep::save(Checkpoint& checkpoint) const {
  model_.save(checkpoint);
  optimizer_.save(checkpoint);
  model_.sampler().save(checkpoint);
  checkpoint.put("rng.noise", noise_);
}

void LatentTreesStep::load(const Checkpoint& checkpoint) {
  model_.load(checkpoint);
  optimizer_.load(checkpoint);
  model_.sampler().load(checkpoint);
  noise_ = checkpoint.rng("rng.noise");
}

}  // namespace cotape::app
