#include <cotape/apps/globe_tsp/step.h>
#include <cotape/engine/ops.h>

namespace cotape::app {

GlobeStep::GlobeStep(const GlobeOptions& options, Rng weights, Rng noise)
    : countries_(options.countries),
      noise_(std::move(noise)),
      net_(options.pool == "max", weights),
      objective_(options),
      optimizer_(net_.parameters(), {.lr = options.learning_rate, .epsilon = options.adam_epsilon}),
      rate_{options.learning_rate, options.milestones, options.decay},
      parts_(optimizer_) {}

GlobeStep::Values GlobeStep::record(Tape& tape, const MakeBatch& batch, std::int64_t epoch) {
  const Batch on_tape = batch(tape);
  const Var cities = gather_rows(net_(on_tape.flags.named("flags")), on_tape.rows);
  const std::int64_t examples = static_cast<std::int64_t>(on_tape.rows.size()) / countries_;
  const Var distances = pairwise_distances(reshape(cities, {examples, countries_, 3})).named("distances");
  return {distances, objective_(distances, on_tape.tours.named("wanted"), epoch, noise_).named("loss")};
}

GlobeStep::Values GlobeStep::forward(const MakeBatch& batch, std::int64_t epoch) {
  return parts_.forward([&](Tape& tape) { return record(tape, batch, epoch); });
}

GlobeStep::Values GlobeStep::run(const MakeBatch& batch, std::int64_t epoch) {
  optimizer_.set_learning_rate(rate_(epoch));
  return parts_.run([&](Tape& tape) { return record(tape, batch, epoch); });
}

void GlobeStep::save(Checkpoint& checkpoint) const {
  checkpoint.put_text("app", "globe_tsp");
  net_.save(checkpoint);
  optimizer_.save(checkpoint);
  objective_.save(checkpoint);
  checkpoint.put("rng.noise", noise_);
}

void GlobeStep::load(const Checkpoint& checkpoint) {
  net_.load(checkpoint);
  optimizer_.load(checkpoint);
  objective_.load(checkpoint);
  noise_ = checkpoint.rng("rng.noise");
}

}  // namespace cotape::app
