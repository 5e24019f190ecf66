#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/solvers/assignment/assignment.h>
#include <cotape/solvers/knapsack/knapsack.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/losses/mcmc_loss.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/rules/mcmc.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/ranking.h>
#include <cotape/solvers/select/topk.h>

#include <cmath>

#include "../../check_gradients.h"
#include "../../near.h"
#include "../rule_runs.h"

using namespace cotape;

namespace {

struct Exact {
  Tensor mean, gradient;
};

// The mean of listed solutions under weights e^⟨θ, y⟩/t, and its derivative along dy.
Exact exact(const Tensor& list, Tensor theta, const Tensor& dy, double temperature) {
  for (real& score : theta.values()) score /= temperature;
  const Enumerated solver{list};
  Exact out{Tensor(theta.shape()), Tensor(theta.shape())};
  solver.marginals(theta.values(), out.mean.values());
  solver.covariance(theta.values(), dy.values(), out.gradient.values());
  for (real& entry : out.gradient.values()) entry /= temperature;
  return out;
}

// Every set of items that fits.
Tensor fitting(const std::vector<double>& weights, double capacity) {
  const auto n = static_cast<std::int64_t>(weights.size());
  std::vector<real> list;
  for (std::uint64_t subset = 0; subset < std::uint64_t{1} << n; ++subset) {
    double weight = 0;
    for (std::int64_t i = 0; i < n; ++i) weight += subset >> i & 1 ? weights[static_cast<std::size_t>(i)] : 0;
    if (weight > capacity) continue;
    for (std::int64_t i = 0; i < n; ++i) list.push_back(static_cast<real>(subset >> i & 1));
  }
  return Tensor({static_cast<std::int64_t>(list.size()) / n, n}, list);
}

double largest_difference(const Tensor& a, const Tensor& b) {
  double most = 0;
  for (std::int64_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

constexpr McmcLossOptions::Start best = McmcLossOptions::Start::best;

}  // namespace

TEST_CASE("mcmc: a long chain has the mean and the derivative of the distribution over all solutions") {
  // Of a knapsack, solutions have different numbers of moves, by which proposals must be weighed.
  const std::pair<Solver, Tensor> problems[] = {
      {TopK{.n = 5, .k = 2}, all_subsets(5, 2)},
      {Ranking{.n = 4}, all_permutations(4)},
      {Knapsack{.n = 4, .fixed = {{1, 2, 3, 2}, 5}}, fitting({1, 2, 3, 2}, 5)}};
  for (const auto& problem : problems) {
    const Solver& solver = problem.first;
    CAPTURE(solver.traits().name);
    for (const double temperature : {0.5, 2.0}) {
      const Tensor theta = standard_normal(solver.traits().shape, 3), dy = standard_normal(theta.shape(), 4);
      const Exact wanted = exact(problem.second, theta, dy, temperature);
      const Mcmc rule{{.temperature = temperature, .moves = 400'000, .burn_in = 100}};
      const RuleRun found = run_rule(rule, oracle_of(solver), theta, dy);
      CHECK(largest_difference(found.y, wanted.mean) < 0.03);
      CHECK(largest_difference(found.gradient, wanted.gradient) < 0.06);
      double size = 0;
      for (const real entry : wanted.gradient.values()) size += std::abs(entry);
      CHECK(size > 0.1);
    }
  }
}

TEST_CASE("mcmc: hot chains are uniform over all solutions, cold ones stay with the best") {
  const Solver solver = Knapsack{.n = 4, .fixed = {{1, 2, 3, 2}, 5}};
  const Tensor list = fitting({1, 2, 3, 2}, 5), theta = standard_normal({4}, 3);
  Tensor mean(Shape{4});
  for (std::int64_t i = 0; i < list.size(); ++i) mean[i % 4] += list[i] / static_cast<double>(list.shape()[0]);
  const auto run_at = [&](double temperature, std::int64_t moves) {
    return run_rule(Mcmc{{.temperature = temperature, .moves = moves}}, oracle_of(solver), theta,
                    standard_normal({4}, 4));
  };
  CHECK(largest_difference(run_at(1e9, 400'000).y, mean) < 0.01);
  CHECK(largest_difference(run_at(1e9, 1000).gradient, Tensor(Shape{4})) < 1e-8);
  const RuleRun cold = run_at(1e-9, 1000);
  CHECK(cold.y == solve(oracle_of(solver), theta));
  CHECK(cold.gradient == Tensor(Shape{4}));
}

TEST_CASE("mcmc: the derivative is the covariance of the same chain, for any number of threads; draws go on") {
  const auto oracle = oracle_of(TopK{.n = 6, .k = 3});
  const Tensor theta = standard_normal({50, 6}, 1), dy = standard_normal({50, 6}, 2);
  const Mcmc rule{{.temperature = 0.7, .moves = 60, .burn_in = 10}};
  const RuleRun all = run_rule(rule, oracle, theta, dy);
  {
    const ThreadLimit one(1);
    const RuleRun alone = run_rule(rule, oracle, theta, dy);
    CHECK(alone.y == all.y);
    CHECK(alone.gradient == all.gradient);
  }
  CHECK(run_rule(rule, oracle, theta, dy, 2).y != all.y);
  // ⟨dy, ∂ȳ/∂θ dy⟩ is a variance.
  for (std::int64_t row = 0; row < 50; ++row) {
    double square = 0;
    for (std::int64_t i = 0; i < 6; ++i) square += all.gradient[row * 6 + i] * dy[row * 6 + i];
    CHECK(square >= 0);
  }
  Tape tape;
  Rng rng(1);
  const Var x = tape.variable(theta);
  const Tensor first = rule(x, oracle, rng).value();
  CHECK(first == all.y);
  CHECK(rule(x, oracle, rng).value() != first);
}

TEST_CASE("gradients of mcmc_loss are those of its value under the same draws") {
  const std::pair<Solver, Shape> rows[] = {{TopK{.n = 5, .k = 2}, {3, 5}},
                                           {TopK{.n = 5, .k = 2}, {2, 2, 5}},
                                           {Ranking{.n = 5, .sense = Sense::minimise}, {3, 5}},
                                           {Enumerated{all_subsets(5, 2), Sense::minimise}, {5}}};
  for (const auto& row : rows)
    for (const auto start : {McmcLossOptions::Start::wanted, best}) {
      const Tensor target = solve(oracle_of(row.first), standard_normal(row.second, 5));
      check_gradients(
          "mcmc_loss, " + row.first.traits().name,
          [&](Tape& tape, std::span<const Var> v) {
            Rng rng(7);
            return mcmc_loss(oracle_of(row.first), v[0], tape.constant(target), {{.moves = 20}, start}, rng);
          },
          {standard_normal(row.second, 6)});
    }
}

TEST_CASE("mcmc_loss: its gradient is the mean of the chain less the target, averaged over the batch") {
  const auto oracle = oracle_of(TopK{.n = 5, .k = 2});
  const Tensor theta = standard_normal({8, 5}, 1), target = solve(oracle, standard_normal({8, 5}, 2));
  const auto run = [&](const BatchOracle& with, const Tensor& x, const Tensor& y, const McmcLossOptions& options) {
    Tape tape;
    Rng rng(1);
    const Var scores = tape.variable(x);
    const Var loss = mcmc_loss(with, scores, tape.constant(y), options, rng);
    tape.backward(loss);
    return RuleRun{loss.value(), scores.gradient()};
  };
  // From the solver's answer the chains are the rule's.
  const ChainOptions chain{.temperature = 0.5, .moves = 200, .burn_in = 50};
  const RuleRun found = run(oracle, theta, target, {chain, best});
  const Tensor mean = run_rule(Mcmc{chain}, oracle, theta, theta).y;
  double value = 0;
  for (std::int64_t i = 0; i < theta.size(); ++i) {
    CHECK(std::abs(found.gradient[i] - (mean[i] - target[i]) / 8) < 1e-15);
    value += theta[i] * (mean[i] - target[i]) / 8;
  }
  CHECK(found.y.item() == doctest::Approx(value));

  const auto counted = oracle_of(TopK{.n = 5, .k = 2});
  run(counted, theta, target, {chain});
  CHECK(counted->diagnostics().calls() == 0);
  run(counted, theta, target, {chain, best});
  CHECK(counted->diagnostics().calls() == 8);
  // A cold chain leaves the wanted solution for a better one, as the perceptron does.
  const RuleRun cold = run(oracle, theta, target, {{.temperature = 1e-9, .moves = 500, .burn_in = 400}});
  const Tensor solved = solve(oracle, theta);
  for (std::int64_t i = 0; i < theta.size(); ++i)
    CHECK(std::abs(cold.gradient[i] - (solved[i] - target[i]) / 8) < 1e-15);

  const std::vector<TopKInstance> data = {{.k = 1, .allowed = {1, 1, 0, 1}}, {.k = 2, .allowed = {1, 1, 1, 0}}};
  const BatchOracle padded(oracle_of(TopK{.n = 4, .k = 1}), data);
  const RuleRun garbage =
      run(padded, Tensor({2, 4}, {1, 3, 1e9, 2, 5, 2, 1, NAN}), Tensor({2, 4}, {1, 0, 5, 0, 0, 1, 1, NAN}), {chain});
  const RuleRun clean =
      run(padded, Tensor({2, 4}, {1, 3, 0, 2, 5, 2, 1, 0}), Tensor({2, 4}, {1, 0, 0, 0, 0, 1, 1, 0}), {chain});
  CHECK(garbage.y == clean.y);
  CHECK(garbage.gradient == clean.gradient);
  CHECK(garbage.gradient[2] == 0);
}

TEST_CASE("mcmc and mcmc_loss: errors say what is wrong") {
  Tape tape;
  Rng rng(1);
  const auto oracle = oracle_of(TopK{.n = 5, .k = 2});
  const Var x = tape.variable(standard_normal({2, 5}, 1)), y = tape.constant(Tensor(Shape{2, 5}));
  CHECK_THROWS_WITH_AS(Mcmc{{.temperature = 0}}(x, oracle, rng),
                       doctest::Contains("mcmc: temperature = 0 is not a positive number"), ValueError);
  CHECK_THROWS_WITH_AS(Mcmc{{.moves = 0}}(x, oracle, rng), doctest::Contains("mcmc: moves = 0: at least one is needed"),
                       ValueError);
  CHECK_THROWS_WITH_AS((Mcmc{{.moves = 5, .burn_in = 5}}(x, oracle, rng)),
                       doctest::Contains("mcmc: burn_in = 5 is outside 0 … moves − 1 = 4"), ValueError);
  CHECK_THROWS_WITH_AS(mcmc_loss(oracle, x, y, {{.temperature = -1}}, rng),
                       doctest::Contains("mcmc_loss: temperature = -1 is not a positive number"), ValueError);
  CHECK_THROWS_WITH_AS(mcmc_loss(oracle, x, tape.constant(Tensor(Shape{5})), {}, rng),
                       doctest::Contains("mcmc_loss: shapes differ: x [2,5] target [5]"), ShapeError);
  const auto dear = oracle_of(Assignment{.rows = 2, .columns = 2, .unassigned_cost = 1});
  const Var pairs = tape.variable(Tensor(Shape{2, 2}));
  CHECK_THROWS_WITH_AS(
      Mcmc{}(pairs, dear, rng),
      doctest::Contains("mcmc: it needs a solver for ⟨cost, y⟩ alone, and assignment weighs a constant "
                        "with it"),
      ValueError);
  CHECK_THROWS_WITH_AS(mcmc_loss(dear, pairs, pairs, {}, rng), doctest::Contains("mcmc_loss: it needs a solver for"),
                       ValueError);
  const auto paths = oracle_of(GridPath{.height = 1, .width = 5});
  const char* lacks =
      "it needs a solver with the ability 'neighbours' (neighbour_count() and neighbour()), which "
      "grid_path does not have";
  CHECK_THROWS_WITH_AS(mcmc_loss(paths, x, y, {}, rng), doctest::Contains(lacks), ValueError);
  CHECK_THROWS_WITH_AS(Mcmc{}(reshape(x, {2, 1, 5}), paths, rng), doctest::Contains(lacks), ValueError);
}
