#include <cotape/apps/tour/steps.h>

namespace cotape::app {

std::span<const Step> tour_steps() {
  static constexpr Step steps[] = {
      {"scalar", "A scalar expression", step_scalar},
      {"regression", "A linear regression", step_regression},
      {"dead-relu", "Two layers, and a unit that is dead", step_dead_relu},
      {"solver", "A solver whose true gradient is zero", step_solver},
      {"rules", "The same under each rule", step_rules},
      {"line", "The loss along a line", step_line},
      {"collapse", "Scores that run away, and costs that collapse", step_collapse},
  };
  return steps;
}

}  // namespace cotape::app
