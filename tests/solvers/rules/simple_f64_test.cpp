#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/rules/simple.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/topk.h>

#include "../../near.h"
#include "../cheapest.h"
#include "../rule_runs.h"

using namespace cotape;

namespace {

Tensor marginals(const Solver& solver, const Tensor& theta) {
  Tensor mean(theta.shape());
  solver.marginals(theta.values(), mean.values());
  return mean;
}

}  // namespace

TEST_CASE("simple: the gradient is that of the mean solution, whatever was drawn, by differences") {
  for (const Solver& solver : {Solver(TopK{.n = 6, .k = 2}), Solver(Enumerated{standard_normal({5, 6}, 9)})})
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const Tensor theta = standard_normal({6}, seed), dy = standard_normal({3, 6}, seed + 100);
      const Tensor gradient = run_rule(Simple{.samples = 3}, oracle_of(solver), theta, dy, seed).gradient;
      for (std::int64_t i = 0; i < 6; ++i) {
        Tensor up = theta, down = theta;
        up[i] += 1e-6;
        down[i] -= 1e-6;
        const Tensor ahead = marginals(solver, up), behind = marginals(solver, down);
        double slope = 0;
        for (std::int64_t j = 0; j < 6; ++j) slope += (dy[j] + dy[6 + j] + dy[12 + j]) * (ahead[j] - behind[j]) / 2e-6;
        CHECK(std::abs(gradient[i] - slope) < 1e-7);
      }
    }
}

TEST_CASE("simple: samples follow the exact distribution; for a linear loss the gradient has no variance") {
  const Tensor theta({5}, {1, 0.3, -0.5, 0, 0.8}), w({5}, {2, -1, 1, 0.5, 3});
  const auto oracle = oracle_of(TopK{.n = 5, .k = 2});
  const RuleRun run = run_rule(Simple{}, oracle, tiled(theta, 20000), tiled(w, 20000).reshaped({20000, 1, 5}));
  CHECK(worst_deviation(run.y, marginals(TopK{.n = 5, .k = 2}, theta)) < 4.5);
  for (std::int64_t i = 5; i < 100; ++i) CHECK(run.gradient[i] == run.gradient[i - 5]);
  CHECK(oracle->diagnostics().calls_forward == 20000);
  CHECK(oracle->diagnostics().calls_backward == 20000);
}

TEST_CASE("simple: instances beyond the batch axis do not touch each other, costs turn the sign") {
  const Tensor theta = standard_normal({3, 2, 4}, 1);
  Tensor dy = standard_normal({3, 2, 2, 4}, 2), costs = theta;
  for (real& cost : costs.values()) cost = -cost;
  for (std::int64_t o = 0; o < 3; ++o)
    for (std::int64_t s = 0; s < 2; ++s)
      for (std::int64_t i = 0; i < 4; ++i) dy.at({o, s, 1, i}) = 0;
  const RuleRun run = run_rule(Simple{.samples = 2}, oracle_of(TopK{.n = 4, .k = 2}), theta, dy);
  CHECK(run.y.shape() == Shape{3, 2, 2, 4});
  for (std::int64_t i = 0; i < run.gradient.size(); ++i) CHECK((run.gradient[i] == 0) == (i % 8 >= 4));

  Tape tape;
  Rng rng(1);
  const Var x = tape.variable(costs);
  const Var y = differentiable(Enumerated{all_subsets(4, 2), Sense::minimise}, Simple{.samples = 2})(x, rng).all();
  tape.backward(y, dy);
  for (std::int64_t i = 0; i < costs.size(); ++i) CHECK(x.gradient()[i] == doctest::Approx(-run.gradient[i]));
}

TEST_CASE("simple: solvers that cannot draw are refused by name") {
  CHECK_THROWS_WITH_AS(differentiable(Solver(CheapestOrNothing{}), Simple{}), doctest::Contains("'draw'"), ValueError);
  Tape tape;
  Rng rng(1);
  CHECK_THROWS_WITH_AS(Simple{}(tape.variable(Tensor(Shape{3})), oracle_of(CheapestOrNothing{}), rng),
                       doctest::Contains("simple: it needs a solver with the ability 'draw'"), ValueError);
  CHECK_THROWS_WITH_AS(Simple{.samples = 0}(tape.variable(Tensor(Shape{3})), oracle_of(TopK{.n = 3, .k = 1}), rng),
                       doctest::Contains("samples = 0"), ValueError);
}
