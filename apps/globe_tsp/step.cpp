#include <cotape/apps/globe_tsp/step.h>
#include <cotape/engine/ops.h>

namespace cotape::app {

GlobeStep::GlobeStep(const GlobeOptions& options, Rng weights, Rng noise)
    : countries_(options.countries),
      net_(options.pool == "max", weights),
      objective_(options),
      frame_(net_, {.lr = options.learning_rate, .epsilon = options.adam_epsilon}, objective_.learners(),
             options.common, std::move(noise),
             MultiStepSchedule{options.learning_rate, options.milestones, options.decay}) {}

auto GlobeStep::recorder(const MakeBatch& batch, std::int64_t epoch) {
  return [this, &batch, epoch](Tape& tape, Rng& noise) {
    const Batch on_tape = batch(tape);
    const Var cities = gather_rows(net_(on_tape.flags.named("flags")), on_tape.rows);
    const std::int64_t examples = static_cast<std::int64_t>(on_tape.rows.size()) / countries_;
    const Var distances = pairwise_distances(reshape(cities, {examples, countries_, 3})).named("distances");
    return Values{distances, objective_(distances, on_tape.tours.named("wanted"), epoch, noise).named("loss")};
  };
}

GlobeStep::Values GlobeStep::forward(const MakeBatch& batch, std::int64_t epoch) {
  return frame_.forward(recorder(batch, epoch));
}

GlobeStep::Values GlobeStep::run(const MakeBatch& batch, std::int64_t epoch) {
  return frame_.run(epoch, recorder(batch, epoch));
}

GlobeStep::Values GlobeStep::compute(const MakeBatch& batch, std::int64_t epoch, const Shard& shard) {
  return frame_.compute(shard, objective_.weight(shard), recorder(batch, epoch));
}

void GlobeStep::save(Checkpoint& checkpoint) const {
  checkpoint.put_text("app", "globe_tsp");
  frame_.save(checkpoint);
  objective_.save(checkpoint);
}

void GlobeStep::load(const Checkpoint& checkpoint) {
  frame_.load(checkpoint);
  objective_.load(checkpoint);
}

}  // namespace cotape::app
