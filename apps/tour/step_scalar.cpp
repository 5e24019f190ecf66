#include <cotape/apps/tour/steps.h>
#include <cotape/engine/ops.h>

namespace cotape::app {

void step_scalar(Lesson& lesson) {
  Tape tape;
  Inspector inspector(tape);
  Var x = tape.variable(Tensor::scalar(3)).named("x");
  Var w = tape.variable(Tensor::scalar(2)).named("w");
  Var product = x * w;
  Var y = product + square(x);
  tape.backward(y);

  lesson.say() << "y     = x w + x² = " << y.value().item() << "\n"
               << "dy/dx = w + 2 x  = " << x.gradient().item() << "\n"
               << "dy/dw = x        = " << w.gradient().item() << "\n"
               << "what the backward pass added:\n";
  for (const InspectedProduct& p : inspector.inspection().products)
    lesson.say() << "  node " << p.node << " (" << inspector.inspection().nodes[p.node].op << ") adds "
                 << p.product.mean << " to node " << p.to << "\n";
  lesson.show(inspector.inspection());
}

}  // namespace cotape::app
