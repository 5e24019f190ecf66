#include <cotape/apps/tour/steps.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/select/topk.h>

namespace cotape::app {

void step_solver(Lesson& lesson) {
  const Tensor scores(Shape{1, 5}, {0.9F, 0.1F, 0.5F, 0.4F, -0.3F}), wanted(Shape{1, 5}, {1, 0, 0, 1, 0});
  const auto top2 = differentiable(TopK{.n = 5, .k = 2}, Identity{});
  const auto loss_of = [&](Tape& tape, Var x) { return l2_loss(top2(x), tape.constant(wanted)); };

  Tape tape;
  Inspector inspector(tape);
  Var x = tape.variable(scores).named("scores");
  Var loss = loss_of(tape, x);
  tape.backward(loss);

  lesson.say() << "loss " << loss.value().item() << "\nscore     wanted    true slope   Identity says\n";
  for (std::int64_t i = 0; i < 5; ++i) {
    const auto moved = [&](real step) {  // the loss with one score moved
      Tape other;
      Tensor near = scores;
      near[i] += step;
      return static_cast<double>(loss_of(other, other.constant(near)).value().item());
    };
    lesson.say() << Lesson::cell(scores[i]) << Lesson::cell(wanted[i])
                 << Lesson::cell((moved(0.01F) - moved(-0.01F)) / 0.02, 13) << Lesson::cell(x.gradient()[i], 0) << "\n";
  }
  lesson.show(inspector.inspection());
}

}  // namespace cotape::app
