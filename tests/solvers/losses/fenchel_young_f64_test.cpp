#include <doctest/doctest.h>

#include <cotape/solvers/losses/fenchel_young.h>
#include <cotape/solvers/paths/grid_path.h>

#include "../rule_runs.h"

using namespace cotape;

namespace {

// The loss of costs against a wanted path, and its gradient, under the same noise every time.
RuleRun loss_of(const GridPath& grid, const Tensor& costs, const Tensor& path, const FenchelYoungOptions& options) {
  Tape tape;
  Rng rng(7);
  const Var x = tape.variable(costs);
  const Var loss = fenchel_young(grid, x, tape.constant(path), options, rng);
  tape.backward(loss);
  return {loss.value(), x.gradient()};
}

}  // namespace

TEST_CASE("fenchel_young: costs outside the domain count as the solver was given them, in value and gradient") {
  // Without noise: the costs −3 and −1 are solved as 0, where the wanted path is as cheap as the one that is found.
  const GridPath grid{.height = 2, .width = 2};
  const RuleRun run = loss_of(grid, Tensor({1, 2, 2}, {1, -3, -1, 1}), Tensor({1, 2, 2}, {1, 1, 0, 1}), {.epsilon = 0});
  CHECK(run.y.item() == 0);
  CHECK(run.gradient == Tensor(Shape{1, 2, 2}));
}

TEST_CASE("fenchel_young: the gradient is that of the value, also where noise leaves the domain") {
  const GridPath grid{.height = 3, .width = 3};
  const Tensor path({1, 3, 3}, {1, 0, 0, 0, 1, 0, 0, 0, 1});
  constexpr double h = 1e-7;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Tensor costs(Shape{1, 3, 3});
    Rng(seed).uniform(costs);  // in (0, 1), and noise of scale 1: many are solved as 0
    const bool multiplies = seed % 2 == 0;
    if (multiplies) costs[static_cast<std::int64_t>(seed % 9)] = -1;
    const FenchelYoungOptions options{
        .epsilon = 1, .samples = 6, .perturbation = multiplies ? Perturbation::multiplicative : Perturbation::additive};
    const Tensor gradient = loss_of(grid, costs, path, options).gradient;
    for (std::int64_t i = 0; i < costs.size(); ++i) {
      Tensor up = costs, down = costs;
      up[i] += h;
      down[i] -= h;
      const double slope =
          (loss_of(grid, up, path, options).y.item() - loss_of(grid, down, path, options).y.item()) / (2 * h);
      CHECK(gradient[i] == doctest::Approx(slope).epsilon(1e-6));
    }
  }
}
