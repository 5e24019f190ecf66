#include <cotape/apps/tour/steps.h>
#include <cotape/engine/base/random.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/rules/blackbox.h>
#include <cotape/solvers/rules/perturbed.h>
#include <cotape/solvers/select/topk.h>

namespace cotape::app {

void step_line(Lesson& lesson) {
  const TopK top2{.n = 6, .k = 2};
  const Tensor here(Shape{1, 6}, {0.3F, -0.2F, 0.1F, 0.5F, -0.4F, 0.2F}),
      way(Shape{1, 6}, {1, -1, -0.5F, -1, 0.8F, 0.4F});
  const Tensor c(Shape{1, 6}, {1, 3, 2, 5, 0, 4});  // ℓ(y) = ⟨c, y⟩: what the chosen ones cost
  const real lambda = 0.2F;

  // max_y ⟨θ, y⟩: the two largest scores.
  const auto best = [&](const Tensor& theta) {
    Tensor y(theta.shape());
    top2.solve(theta.values(), y.values());
    double sum = 0;
    for (std::int64_t i = 0; i < 6; ++i) sum += static_cast<double>(y[i] * theta[i]);
    return sum;
  };
  // The loss at θ, and the slope along the way that a rule claims.
  const auto at = [&](const Tensor& theta, const auto& solve) {
    Tape tape;
    Var x = tape.variable(theta);
    Var loss = sum(solve(x) * tape.constant(c));
    tape.backward(loss);
    double slope = 0;
    for (std::int64_t i = 0; i < 6; ++i) slope += static_cast<double>(x.gradient()[i] * way[i]);
    return std::pair(static_cast<double>(loss.value().item()), slope);
  };
  const auto blackbox = differentiable(top2, Blackbox{lambda});
  const auto perturbed = differentiable(top2, Perturbed{.sigma = 0.25F, .samples = 20000});

  Series truth{"true loss", {}, {}}, between{"what Blackbox interpolates, λ = 0.2", {}, {}};
  Series smooth{"mean over noise, σ = 0.25", {}, {}};
  lesson.say() << Lesson::cell("t") << Lesson::cell("loss") << Lesson::cell("Blackbox", 12)
               << Lesson::cell("its slope", 12) << Lesson::cell("smoothed", 12) << "its slope\n";
  for (int step = -100; step <= 100; ++step) {
    const double t = step / 100.0;
    Tensor theta = here, moved = here;
    for (std::int64_t i = 0; i < 6; ++i) {
      theta[i] += static_cast<real>(t) * way[i];
      moved[i] = theta[i] - lambda * c[i];
    }
    const auto [loss, slope] = at(theta, blackbox);
    // (max_y ⟨θ, y⟩ − max_y ⟨θ − λ dy, y⟩) / λ: piecewise linear, and its gradient is Blackbox's formula.
    const double line = (best(theta) - best(moved)) / static_cast<double>(lambda);
    for (Series* series : {&truth, &between, &smooth}) series->x.push_back(t);
    truth.y.push_back(loss);
    between.y.push_back(line);
    Rng rng(6);
    const auto [mean, mean_slope] = at(theta, [&](Var x) { return perturbed(x, rng); });
    smooth.y.push_back(mean);
    if (step % 25 == 0)
      lesson.say() << Lesson::cell(t) << Lesson::cell(loss) << Lesson::cell(line, 12) << Lesson::cell(slope, 12)
                   << Lesson::cell(mean, 12) << Lesson::cell(mean_slope, 0) << "\n";
  }
  lesson.show(Chart{"The loss along a line of scores", "t", "loss", {truth, between, smooth}});
}

}  // namespace cotape::app
