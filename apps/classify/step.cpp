#include <cotape/apps/classify/step.h>

namespace cotape::app {

ClassifyStep::ClassifyStep(const ClassifierSizes& sizes, const ClassifyOptions& options, Rng weights, Rng noise)
    : net_(sizes, weights),
      loss_(options, sizes.classes),
      frame_(net_, {.lr = options.learning_rate}, loss_.learners(), options.common, std::move(noise)) {}

auto ClassifyStep::recorder(const Images& images, std::span<const std::int64_t> labels) {
  return [this, &images, labels](Tape& tape, Rng& noise) {
    const Var logits = net_(images(tape).named("images")).named("logits");
    return Values{logits, loss_(logits, labels, noise).named("loss")};
  };
}

ClassifyStep::Values ClassifyStep::forward(const Images& images, std::span<const std::int64_t> labels) {
  return frame_.forward(recorder(images, labels));
}

ClassifyStep::Values ClassifyStep::run(const Images& images, std::span<const std::int64_t> labels) {
  return frame_.run(0, recorder(images, labels));  // the rate is the same in every epoch
}

ClassifyStep::Values ClassifyStep::compute(const Images& images, std::span<const std::int64_t> labels,
                                           const Shard& shard) {
  return frame_.compute(shard, recorder(images, labels));
}

void ClassifyStep::save(Checkpoint& checkpoint) const {
  frame_.save(checkpoint);
  loss_.save(checkpoint);
}

void ClassifyStep::load(const Checkpoint& checkpoint) {
  frame_.load(checkpoint);
  loss_.load(checkpoint);
}

}  // namespace cotape::app
