#include <cotape/apps/tour/steps.h>
#include <cotape/engine/base/random.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/optim/sgd.h>
#include <cotape/nn/train/training_step.h>

namespace cotape::app {

void step_regression(Lesson& lesson) {
  Tensor points(Shape{64, 1}), noise(Shape{64, 1});
  Rng(1).normal(points);
  Rng(2).normal(noise);
  Parameter slope("slope", Tensor(Shape{1, 1}, 0)), offset("offset", Tensor(Shape{1}, 0));
  Sgd optimizer({&slope, &offset}, {.lr = 0.1});
  TrainingStep training(optimizer);
  Inspector inspector(training.tape());
  for (int step = 0; step <= 50; ++step) {
    Var loss = training.forward([&](Tape& tape) {
      Var x = tape.constant(points).named("x");
      Var wanted = 2 * x + 1 + 0.1F * tape.constant(noise);
      Var guess = linear(x, tape.parameter(slope), tape.parameter(offset)).named("guess");
      return mean(square(guess - wanted)).named("loss");
    });
    training.backward(loss);
    if (step % 10 == 0)
      lesson.say() << "step " << Lesson::cell(step, 4) << "loss " << Lesson::cell(loss.value().item()) << "slope "
                   << Lesson::cell(slope.value().item(), 8) << "offset " << Lesson::cell(offset.value().item(), 0)
                   << "\n";
    if (step == 0) lesson.show(inspector.inspection());
    training.update();
  }
}

}  // namespace cotape::app
