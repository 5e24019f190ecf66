#include <cotape/apps/warcraft/step.h>

namespace cotape::app {

WarcraftStep::WarcraftStep(const WarcraftOptions& options, Rng weights, Rng noise)
    : net_(options.net_settings(), weights),
      objective_(options),
      frame_(net_, {.lr = options.learning_rate}, objective_.learners(), options.common, std::move(noise),
             MultiStepSchedule{options.learning_rate, options.milestones, options.decay}) {}

auto WarcraftStep::recorder(const MakeBatch& batch) {
  return [this, &batch](Tape& tape, Rng& noise) {
    const Batch on_tape = batch(tape);
    const Var cells = net_(on_tape.maps.named("maps"));
    return Values{cells, objective_(cells, on_tape.paths.named("wanted"), on_tape.costs, noise).named("loss")};
  };
}

WarcraftStep::Values WarcraftStep::forward(const MakeBatch& batch) { return frame_.forward(recorder(batch)); }

WarcraftStep::Values WarcraftStep::run(const MakeBatch& batch, std::int64_t epoch) {
  return frame_.run(epoch, recorder(batch));
}

WarcraftStep::Values WarcraftStep::compute(const MakeBatch& batch, const Shard& shard) {
  return frame_.compute(shard, recorder(batch));
}

void WarcraftStep::save(Checkpoint& checkpoint) const {
  net_.settings().save(checkpoint);
  frame_.save(checkpoint);
  objective_.save(checkpoint);
}

void WarcraftStep::load(const Checkpoint& checkpoint) {
  frame_.load(checkpoint);
  objective_.load(checkpoint);
}

}  // namespace cotape::app
