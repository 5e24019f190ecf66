#include <cotape/apps/dvae/step.h>

namespace cotape::app {

DvaeStep::DvaeStep(std::int64_t features, const DvaeOptions& options, Rng weights, Rng noise)
    : model_(features, options, weights),
      frame_(model_, {.lr = options.learning_rate}, model_.sampler().learners(), options.common, std::move(noise)) {}

auto DvaeStep::recorder(const Images& images, std::int64_t number) {
  return [this, &images, number](Tape& tape, Rng& noise) {
    return model_.train_on(images(tape).named("images"), noise, number);
  };
}

Dvae::Losses DvaeStep::forward(const Images& images, std::int64_t number) {
  return frame_.forward(recorder(images, number));
}

Dvae::Losses DvaeStep::run(const Images& images, std::int64_t number) {
  return frame_.run(0, recorder(images, number));  // the rate is the same in every epoch
}

Dvae::Losses DvaeStep::compute(const Images& images, std::int64_t number, const Shard& shard) {
  return frame_.compute(shard, recorder(images, number));
}

void DvaeStep::save(Checkpoint& checkpoint) const {
  frame_.save(checkpoint);
  model_.sampler().save(checkpoint);
}

void DvaeStep::load(const Checkpoint& checkpoint) {
  frame_.load(checkpoint);
  model_.sampler().load(checkpoint);
}

}  // namespace cotape::app
