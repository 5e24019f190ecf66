#include <cotape/apps/common/train/training.h>
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
      parts_(optimizer_),
      shards_(parts_, net_, objective_.learners(), shard_options(options.common)) {}

GlobeStep::Values GlobeStep::record(Tape& tape, const MakeBatch& batch, std::int64_t epoch, Rng& noise) {
  const Batch on_tape = batch(tape);
  const Var cities = gather_rows(net_(on_tape.flags.named("flags")), on_tape.rows);
  const std::int64_t examples = static_cast<std::int64_t>(on_tape.rows.size()) / countries_;
  const Var distances = pairwise_distances(reshape(cities, {examples, countries_, 3})).named("distances");
  return {distances, objective_(distances, on_tape.tours.named("wanted"), epoch, noise).named("loss")};
}

GlobeStep::Values GlobeStep::forward(const MakeBatch& batch, std::int64_t epoch) {
  return parts_.forward([&](Tape& tape) { return record(tape, batch, epoch, noise_); });
}

GlobeStep::Values GlobeStep::run(const MakeBatch& batch, std::int64_t epoch) {
  optimizer_.set_learning_rate(rate_(epoch));
  return parts_.run([&](Tape& tape) { return record(tape, batch, epoch, noise_); });
}

void GlobeStep::run(std::span<const std::int64_t> batch, std::int64_t epoch, Meter& meter,
                    const ShardedStep::Part& part) {
  optimizer_.set_learning_rate(rate_(epoch));
  shards_.run(batch, noise_, meter, part);
}

GlobeStep::Values GlobeStep::compute(const MakeBatch& batch, std::int64_t epoch, const Shard& shard) {
  const Values values = parts_.forward([&](Tape& tape) { return record(tape, batch, epoch, shard.noise); });
  parts_.backward(values.loss, objective_.weight(shard));
  return values;
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
