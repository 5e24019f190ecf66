#include <cotape/apps/label_ranking/fit.h>
#include <cotape/data/sets/dataset.h>

namespace cotape::app {
namespace {

void train(Tape& tape, const Trainee& trainee, const LossFunction& loss, const FitSettings& settings, Rng rng) {
  BatchOrder order(trainee.examples, settings.batch, rng.split(0));
  Rng noise = rng.split(1);
  Adam adam(trainee.parameters, {.lr = settings.rate});
  for (std::int64_t step = 0; step < settings.steps; ++step) {
    const auto batch = order.indices(step / order.batches(), step % order.batches());
    tape.clear();
    const Var theta = trainee.scores(tape, batch).named("scores");
    const Var y = tape.constant({static_cast<std::int64_t>(batch.size()), trainee.labels},
                                [&](Tensor& out) { trainee.ranks(batch, out); });
    tape.backward(loss(theta, y.named("wanted"), noise).named("loss"));
    adam.set_learning_rate(settings.rate * (1 - static_cast<double>(step) / static_cast<double>(settings.steps)));
    adam.step();
    adam.clear_gradients();
  }
}

}  // namespace

void fit(const Trainee& trainee, const LossFunction& loss, const FitSettings& settings, Rng rng) {
  Tape tape;
  train(tape, trainee, loss, settings, std::move(rng));
}

Inspection inspect_last_step(const Trainee& trainee, const LossFunction& loss, const FitSettings& settings, Rng rng) {
  Tape tape;
  Inspector inspector(tape);
  train(tape, trainee, loss, settings, std::move(rng));
  return inspector.inspection();
}

}  // namespace cotape::app
