#include <cotape/apps/label_ranking/fit.h>
#include <cotape/data/dataset.h>

namespace cotape::app {

void fit(const Trainee& trainee, const LossFunction& loss, const FitSettings& settings, Rng rng) {
  BatchOrder order(trainee.examples, settings.batch, rng.split(0));
  Rng noise = rng.split(1);
  Adam adam(trainee.parameters, {.lr = settings.rate});
  Tape tape;
  for (std::int64_t step = 0; step < settings.steps; ++step) {
    const auto batch = order.indices(step / order.batches(), step % order.batches());
    tape.clear();
    const Var theta = trainee.scores(tape, batch);
    const Var y = tape.constant({static_cast<std::int64_t>(batch.size()), trainee.labels},
                                [&](Tensor& out) { trainee.ranks(batch, out); });
    tape.backward(loss(theta, y, noise));
    adam.set_learning_rate(settings.rate * (1 - static_cast<double>(step) / static_cast<double>(settings.steps)));
    adam.step();
    adam.clear_gradients();
  }
}

}  // namespace cotape::app
