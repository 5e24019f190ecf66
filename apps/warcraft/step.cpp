#include <cotape/apps/common/train/training.h>
#include <cotape/apps/warcraft/step.h>

namespace cotape::app {

WarcraftStep::WarcraftStep(const WarcraftOptions& options, Rng weights, Rng noise)
    : noise_(std::move(noise)),
      net_(options.net_settings(), weights),
      objective_(options),
      optimizer_(net_.parameters(), {.lr = options.learning_rate}),
      rate_{options.learning_rate, options.milestones, options.decay},
      parts_(optimizer_),
      shards_(parts_, net_, objective_.learners(), shard_options(options.common)) {}

WarcraftStep::Values WarcraftStep::record(Tape& tape, const MakeBatch& batch, Rng& noise) {
  const Batch on_tape = batch(tape);
  const Var cells = net_(on_tape.maps.named("maps"));
  return {cells, objective_(cells, on_tape.paths.named("wanted"), on_tape.costs, noise).named("loss")};
}

WarcraftStep::Values WarcraftStep::forward(const MakeBatch& batch) {
  return parts_.forward([&](Tape& tape) { return record(tape, batch, noise_); });
}

WarcraftStep::Values WarcraftStep::run(const MakeBatch& batch, std::int64_t epoch) {
  optimizer_.set_learning_rate(rate_(epoch));
  return parts_.run([&](Tape& tape) { return record(tape, batch, noise_); });
}

void WarcraftStep::run(std::span<const std::int64_t> batch, std::int64_t epoch, Meter& meter,
                       const ShardedStep::Part& part) {
  optimizer_.set_learning_rate(rate_(epoch));
  shards_.run(batch, noise_, meter, part);
}

WarcraftStep::Values WarcraftStep::compute(const MakeBatch& batch, const Shard& shard) {
  const Values values = parts_.forward([&](Tape& tape) { return record(tape, batch, shard.noise); });
  parts_.backward(values.loss, shard.share);
  return values;
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
