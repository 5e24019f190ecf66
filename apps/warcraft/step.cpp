#include <cotape/apps/warcraft/step.h>

namespace cotape::app {

WarcraftStep::WarcraftStep(const WarcraftOptions& options, Rng weights, Rng noise)
    : noise_(std::move(noise)),
      net_(options.net_settings(), weights),
      objective_(options),
      optimizer_(net_.parameters(), {.lr = options.learning_rate}),
      rate_{options.learning_rate, options.milestones, options.decay},
      parts_(optimizer_) {}

WarcraftStep::Values WarcraftStep::record(Tape& tape, const MakeBatch& batch) {
  const Batch on_tape = batch(tape);
  const Var cells = net_(on_tape.maps.named("maps"));
  return {cells, objective_(cells, on_tape.paths.named("wanted"), on_tape.costs, noise_).named("loss")};
}

WarcraftStep::Values WarcraftStep::forward(const MakeBatch& batch) {
  return parts_.forward([&](Tape& tape) { return record(tape, batch); });
}

WarcraftStep::Values WarcraftStep::run(const MakeBatch& batch, std::int64_t epoch) {
  optimizer_.set_learning_rate(rate_(epoch));
  return parts_.run([&](Tape& tape) { return record(tape, batch); });
}

void WarcraftStep::save(Checkpoint& checkpoint) const {
  net_.settings().save(checkpoint);
  net_.save(checkpoint);
  optimizer_.save(checkpoint);
  objective_.save(checkpoint);
  checkpoint.put("rng.noise", noise_);
}

void WarcraftStep::load(const Checkpoint& checkpoint) {
  net_.load(checkpoint);
  optimizer_.load(checkpoint);
  objective_.load(checkpoint);
  noise_ = checkpoint.rng("rng.noise");
}

}  // namespace cotape::app
