#include <cotape/apps/retrieval/step.h>

namespace cotape::app {

RetrievalStep::RetrievalStep(const RetrievalOptions& options, Rng weights, Rng noise)
    : noise_(std::move(noise)),
      net_(options.channels, weights),
      objective_(options),
      memory_(options.memory, options.batch, options.channels),
      optimizer_(net_.parameters(), {.lr = options.learning_rate, .weight_decay = options.weight_decay}),
      rate_{options.learning_rate, {options.decay_at}, options.decay},
      parts_(optimizer_) {}

RetrievalStep::Values RetrievalStep::record(Tape& tape, const Pictures& pictures) {
  const Var embeddings = net_(pictures(tape).named("pictures")).named("embeddings");
  const Var similarities = candidate_similarities(embeddings, memory_.embeddings()).named("similarities");
  return {embeddings, similarities, objective_(embeddings, similarities, memory_, relatives_, noise_).named("loss")};
}

RetrievalStep::Values RetrievalStep::forward(const Pictures& pictures, std::span<const std::int64_t> classes) {
  relatives_.find(classes, memory_.classes());
  return parts_.forward([&](Tape& tape) { return record(tape, pictures); });
}

RetrievalStep::Values RetrievalStep::run(const Pictures& pictures, std::span<const std::int64_t> classes,
                                         std::int64_t epoch) {
  optimizer_.set_learning_rate(rate_(epoch));
  relatives_.find(classes, memory_.classes());
  const Values values = parts_.run([&](Tape& tape) { return record(tape, pictures); });
  memory_.push(values.embeddings.value(), classes);
  return values;
}

void RetrievalStep::save(Checkpoint& checkpoint) const {
  net_.save(checkpoint);
  optimizer_.save(checkpoint);
  objective_.save(checkpoint);
  memory_.save(checkpoint);
  checkpoint.put("rng.noise", noise_);
}

void RetrievalStep::load(const Checkpoint& checkpoint) {
  net_.load(checkpoint);
  optimizer_.load(checkpoint);
  objective_.load(checkpoint);
  memory_.load(checkpoint);
  noise_ = checkpoint.rng("rng.noise");
}

}  // namespace cotape::app
