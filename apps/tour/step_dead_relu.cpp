#include <cotape/apps/tour/steps.h>
#include <cotape/engine/base/random.h>
#include <cotape/engine/ops.h>

namespace cotape::app {

void step_dead_relu(Lesson& lesson) {
  Tensor points(Shape{100, 2}), first(Shape{4, 2}), second(Shape{1, 4});
  Rng rng(3);
  rng.normal(points);
  rng.normal(first);
  rng.normal(second);
  Parameter w1("hidden.weight", first), b1("hidden.bias", Tensor(Shape{4}, {0, 0, -9, 0}));  // unit 2 starts far off
  Parameter w2("out.weight", second);
  Tape tape;
  Inspector inspector(tape);
  Var x = tape.constant(points).named("x");
  Var hidden = relu(linear(x, tape.parameter(w1), tape.parameter(b1))).named("hidden");
  Var y = linear(hidden, tape.parameter(w2));
  tape.backward(mean(square(y - 1)));

  lesson.say() << "unit   active for   d loss / d bias\n";
  for (std::int64_t unit = 0; unit < 4; ++unit) {
    int active = 0;
    for (std::int64_t row = 0; row < 100; ++row) active += hidden.value().at({row, unit}) > 0;
    lesson.say() << Lesson::cell(unit, 7) << Lesson::cell(std::to_string(active) + " of 100", 13)
                 << Lesson::cell(b1.gradient()[unit], 0) << "\n";
  }
  lesson.show(inspector.inspection());
}

}  // namespace cotape::app
