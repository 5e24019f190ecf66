#include <cotape/apps/classify/step.h>

namespace cotape::app {

ClassifyStep::ClassifyStep(const ClassifierSizes& sizes, const ClassifyOptions& options, Rng weights, Rng noise)
    : noise_(std::move(noise)),
      net_(sizes, weights),
      loss_(options, sizes.classes),
      optimizer_(net_.parameters(), {.lr = options.learning_rate}),
      parts_(optimizer_) {}

ClassifyStep::Values ClassifyStep::record(Tape& tape, const Images& images, std::span<const std::int64_t> labels) {
  const Var logits = net_(images(tape).named("images")).named("logits");
  return {logits, loss_(logits, labels, noise_).named("loss")};
}

ClassifyStep::Values ClassifyStep::forward(const Images& images, std::span<const std::int64_t> labels) {
  return parts_.forward([&](Tape& tape) { return record(tape, images, labels); });
}

ClassifyStep::Values ClassifyStep::run(const Images& images, std::span<const std::int64_t> labels) {
  return parts_.run([&](Tape& tape) { return record(tape, images, labels); });
}

void ClassifyStep::save(Checkpoint& checkpoint) const {
  net_.save(checkpoint);
  optimizer_.save(checkpoint);
  loss_.save(checkpoint);
  checkpoint.put("rng.noise", noise_);
}

void ClassifyStep::load(const Checkpoint& checkpoint) {
  net_.load(checkpoint);
  optimizer_.load(checkpoint);
  loss_.load(checkpoint);
  noise_ = checkpoint.rng("rng.noise");
}

}  // namespace cotape::app
