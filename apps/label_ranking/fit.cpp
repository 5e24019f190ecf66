#include <cotape/apps/label_ranking/fit.h>
#include <cotape/data/sets/dataset.h>
#include <cotape/nn/train/training_step.h>

#include <optional>

namespace cotape::app {
namespace {

// With `inspect`, returns the page of the last step.
Inspection train(const Trainee& trainee, const LossFunction& loss, const FitSettings& settings, const Rng& rng,
                 bool inspect) {
  BatchOrder order(trainee.examples, settings.batch, rng.split(0));
  Rng noise = rng.split(1);
  Adam adam(trainee.parameters, {.lr = settings.rate});
  TrainingStep training(adam);
  std::optional<Inspector> inspector;
  if (inspect) inspector.emplace(training.tape());
  for (std::int64_t step = 0; step < settings.steps && !(settings.stopped && settings.stopped()); ++step) {
    const auto batch = order.indices(step / order.batches(), step % order.batches());
    adam.set_learning_rate(settings.rate * (1 - static_cast<double>(step) / static_cast<double>(settings.steps)));
    training.run([&](Tape& tape) {
      const Var theta = trainee.scores(tape, batch).named("scores");
      const Var y = tape.constant({static_cast<std::int64_t>(batch.size()), trainee.labels},
                                  [&](Tensor& out) { trainee.ranks(batch, out); });
      return loss(theta, y.named("wanted"), noise).named("loss");
    });
  }
  return inspector ? inspector->inspection() : Inspection();
}

}  // namespace

void fit(const Trainee& trainee, const LossFunction& loss, const FitSettings& settings, Rng rng) {
  train(trainee, loss, settings, rng, false);
}

Inspection inspect_last_step(const Trainee& trainee, const LossFunction& loss, const FitSettings& settings, Rng rng) {
  return train(trainee, loss, settings, rng, true);
}

}  // namespace cotape::app
