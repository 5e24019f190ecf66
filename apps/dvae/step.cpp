#include <cotape/apps/common/train/training.h>
#include <cotape/apps/dvae/step.h>

namespace cotape::app {

DvaeStep::DvaeStep(std::int64_t features, const DvaeOptions& options, Rng weights, Rng noise)
    : noise_(std::move(noise)),
      model_(features, options, weights),
      optimizer_(model_.parameters(), {.lr = options.learning_rate}),
      parts_(optimizer_),
      shards_(parts_, model_, model_.sampler().learners(), shard_options(options.common)) {}

Dvae::Losses DvaeStep::record(Tape& tape, const Images& images, std::int64_t number, Rng& noise) {
  return model_.train_on(images(tape).named("images"), noise, number);
}

Dvae::Losses DvaeStep::forward(const Images& images, std::int64_t number) {
  return parts_.forward([&](Tape& tape) { return record(tape, images, number, noise_); });
}

Dvae::Losses DvaeStep::run(const Images& images, std::int64_t number) {
  return parts_.run([&](Tape& tape) { return record(tape, images, number, noise_); });
}

void DvaeStep::run(std::span<const std::int64_t> batch, Meter& meter, const ShardedStep::Part& part) {
  shards_.run(batch, noise_, meter, part);
}

Dvae::Losses DvaeStep::compute(const Images& images, std::int64_t number, const Shard& shard) {
  const Dvae::Losses losses = parts_.forward([&](Tape& tape) { return record(tape, images, number, shard.noise); });
  parts_.backward(losses.loss, shard.share);
  return losses;
}

void DvaeStep::save(Checkpoint& checkpoint) const {
  model_.save(checkpoint);
  optimizer_.save(checkpoint);
  model_.sampler().save(checkpoint);
  checkpoint.put("rng.noise", noise_);
}

void DvaeStep::load(const Checkpoint& checkpoint) {
  model_.load(checkpoint);
  optimizer_.load(checkpoint);
  model_.sampler().load(checkpoint);
  noise_ = checkpoint.rng("rng.noise");
}

}  // namespace cotape::app
