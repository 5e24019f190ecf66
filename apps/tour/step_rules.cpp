#include <cotape/apps/tour/steps.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/layer/compare_rules.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/rules/aimle.h>
#include <cotape/solvers/rules/blackbox.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/rules/imle.h>
#include <cotape/solvers/rules/perturbed.h>

namespace cotape::app {

void step_rules(Lesson& lesson) {
  const GridPath path{.height = 8, .width = 8};
  Tensor costs(Shape{1, 8, 8}), true_costs(Shape{1, 8, 8}), wanted(Shape{1, 8, 8});
  Rng(4).uniform(costs);
  Rng(5).uniform(true_costs);
  path.solve(true_costs.values(), wanted.values());
  Tensor dy(Shape{1, 8, 8});  // the gradient of the Hamming loss: up for cells on the wanted path, down for others
  for (std::int64_t i = 0; i < 64; ++i) dy[i] = 1 - 2 * wanted[i];

  const RuleComparison comparison =
      compare_rules(path, costs, dy,
                    {{"Identity", Identity{}},
                     {"Blackbox, λ = 0.01", Blackbox{0.01F}},
                     {"Blackbox, λ = 0.2", Blackbox{0.2F}},
                     {"Blackbox, λ = 20", Blackbox{20}},
                     {"I-MLE, λ = 0.2, 4 samples", Imle{.lambda = 0.2F, .tau = 0.1F, .samples = 4}},
                     {"AIMLE, α = 1", Aimle{.tau = 0.1F, .adaptation = {.initial_alpha = 1}}},
                     {"Perturbed, 100 samples", Perturbed{.sigma = 0.2F, .samples = 100}}});

  lesson.say() << Lesson::cell("rule", 28) << Lesson::cell("solver calls", 14) << Lesson::cell("zeros", 9) << "norm\n";
  for (const RuleAnswer& answer : comparison.answers)
    lesson.say() << Lesson::cell(answer.name, 28)
                 << Lesson::cell(std::to_string(answer.diagnostics.calls_forward) + " + " +
                                     std::to_string(answer.diagnostics.calls_backward),
                                 14)
                 << Lesson::cell(Lesson::cell(100 * answer.zero_entries, 0) + " %", 9)
                 << Lesson::cell(statistics(answer.gradient).norm, 0) << "\n";
  Inspection page;
  page.comparisons.push_back(side_by_side(comparison, "One path under seven rules"));
  lesson.show(page);
}

}  // namespace cotape::app
