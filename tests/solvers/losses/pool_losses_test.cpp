#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/solvers/losses/contrastive.h>
#include <cotape/solvers/losses/fenchel_young.h>
#include <cotape/solvers/losses/learning_to_rank.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/topk.h>

#include <cmath>

#include "../rule_runs.h"

using namespace cotape;

namespace {

using Loss = std::function<Var(const BatchOracle&, const SolutionPool&, Var predicted, Var other)>;

RuleRun run(const Loss& loss, const BatchOracle& oracle, const SolutionPool& pool, const Tensor& predicted,
            const Tensor& other) {
  Tape tape;
  const Var x = tape.variable(predicted);
  const Var y = loss(oracle, pool, x, tape.constant(other));
  tape.backward(y);
  return {y.value(), x.gradient()};
}

Loss of_nce() {
  return [](const BatchOracle& o, const SolutionPool& p, Var x, Var y) { return nce(o, p, x, y); };
}
Loss of_cmap() {
  return [](const BatchOracle& o, const SolutionPool& p, Var x, Var y) { return cmap(o, p, x, y); };
}
std::vector<std::pair<const char*, Loss>> ranking_losses() {
  using O = const BatchOracle&;
  using P = const SolutionPool&;
  return {{"pointwise_ltr", [](O o, P p, Var x, Var c) { return pointwise_ltr(o, p, x, c); }},
          {"pairwise_ltr", [](O o, P p, Var x, Var c) { return pairwise_ltr(o, p, x, c, 0.5); }},
          {"pairwise_difference_ltr", [](O o, P p, Var x, Var c) { return pairwise_difference_ltr(o, p, x, c); }},
          {"listwise_ltr", [](O o, P p, Var x, Var c) { return listwise_ltr(o, p, x, c, 2); }}};
}

// The three units of three, at least cost.
struct Units {
  std::shared_ptr<Oracle> oracle = oracle_of(Enumerated{all_subsets(3, 1), Sense::minimise});
  SolutionPool pool{oracle->solver()};
  Units() { pool.add(all_subsets(3, 1)); }
};

}  // namespace

TEST_CASE("nce, cmap: by hand, from costs and from values") {
  const Units units;
  const Tensor predicted({1, 3}, {4, 1, 7}), right({1, 3}, {1, 0, 0});
  // mean(4 − 4, 4 − 1, 4 − 7) = 0, gradient e₁ − 1/3; max is 3, gradient e₁ − e₂.
  const RuleRun mean = run(of_nce(), units.oracle, units.pool, predicted, right);
  CHECK(mean.y.item() == doctest::Approx(0).epsilon(1e-6));
  CHECK(mean.gradient[0] == doctest::Approx(2.0 / 3).epsilon(1e-6));
  CHECK(mean.gradient[2] == doctest::Approx(-1.0 / 3).epsilon(1e-6));
  const RuleRun most = run(of_cmap(), units.oracle, units.pool, predicted, right);
  CHECK(most.y.item() == 3);
  CHECK(most.gradient == Tensor({1, 3}, {1, -1, 0}));
  // As values: the right one is worth 4, the best of the pool 7.
  const auto top = oracle_of(TopK{.n = 3, .k = 1});
  const RuleRun worth = run(of_cmap(), top, units.pool, predicted, right);
  CHECK(worth.y.item() == 3);
  CHECK(worth.gradient == Tensor({1, 3}, {-1, 0, 1}));
  CHECK(top->diagnostics().calls() == 0);
  CHECK(top->diagnostics().rows == 1);
}

TEST_CASE("nce, cmap: with true costs they are functions of ĉ − c and rest where costs are known") {
  const Units units;
  const Tensor costs({2, 3}, {4, 1, 7, 1, 2, 3}), right({2, 3}, {0, 1, 0, 1, 0, 0});
  const Loss with_costs = [&](const BatchOracle& o, const SolutionPool& p, Var x, Var y) {
    return cmap(o, p, x - x.tape().constant(costs), y);
  };
  CHECK(run(with_costs, units.oracle, units.pool, costs, right).y.item() == 0);
}

TEST_CASE("cmap with all solutions in the pool is the structured perceptron, nce never more than it") {
  for (const Sense sense : {Sense::minimise, Sense::maximise})
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      const auto oracle = oracle_of(Enumerated{all_subsets(5, 2), sense});
      SolutionPool pool(oracle->solver());
      pool.add(all_subsets(5, 2));
      const Tensor predicted = standard_normal({4, 5}, seed);
      const Tensor right = solve(oracle, standard_normal({4, 5}, 1000 + seed));
      const Loss perceptron = [](const BatchOracle& o, const SolutionPool&, Var x, Var y) {
        Rng rng(1);
        return fenchel_young(o, x, y, {.epsilon = 0}, rng);
      };
      const RuleRun map = run(of_cmap(), oracle, pool, predicted, right),
                    exact = run(perceptron, oracle, pool, predicted, right);
      CHECK(map.y.item() == doctest::Approx(exact.y.item()).epsilon(1e-5));
      for (std::int64_t i = 0; i < 20; ++i) CHECK(map.gradient[i] == doctest::Approx(exact.gradient[i]));
      CHECK(run(of_nce(), oracle, pool, predicted, right).y.item() <= map.y.item() + real(1e-5));
    }
}

TEST_CASE("learning to rank: by hand, from costs") {
  const Units units;
  // v = −c = (−1, −3, −2), v̂ = (−2, −1, −2): the first is truly best.
  const Tensor predicted({1, 3}, {2, 1, 2}), costs({1, 3}, {1, 3, 2});
  const auto losses = ranking_losses();
  const RuleRun pointwise = run(losses[0].second, units.oracle, units.pool, predicted, costs);
  CHECK(pointwise.y.item() == doctest::Approx((1.0 + 4 + 0) / 3));
  CHECK(pointwise.gradient[1] == doctest::Approx(-4.0 / 3));
  // Pairs (second, first) and (third, first): max(0, 0.5 + 1) and max(0, 0.5 + 0).
  const RuleRun pairwise = run(losses[1].second, units.oracle, units.pool, predicted, costs);
  CHECK(pairwise.y.item() == 1);
  CHECK(pairwise.gradient == Tensor({1, 3}, {1, real(-0.5), real(-0.5)}));
  // ([v̂(b) − v̂(s)] − [v(b) − v(s)])²: (−1 − 2)² and (0 − 1)².
  const RuleRun difference = run(losses[2].second, units.oracle, units.pool, predicted, costs);
  CHECK(difference.y.item() == 5);
  CHECK(difference.gradient == Tensor({1, 3}, {4, -3, -1}));
  double total = 0, true_total = 0, expected = 0;
  for (std::int64_t i = 0; i < 3; ++i) {
    total += std::exp(-static_cast<double>(predicted[i]) / 2);
    true_total += std::exp(-static_cast<double>(costs[i]) / 2);
  }
  for (std::int64_t i = 0; i < 3; ++i)
    expected -= std::exp(-static_cast<double>(costs[i]) / 2) / true_total *
                (-static_cast<double>(predicted[i]) / 2 - std::log(total));
  CHECK(run(losses[3].second, units.oracle, units.pool, predicted, costs).y.item() == doctest::Approx(expected));
}

TEST_CASE("learning to rank: nothing is left to do where costs are known; values and costs mirror each other") {
  for (const auto& named : ranking_losses()) {
    CAPTURE(named.first);
    const auto& loss = named.second;
    const auto cheap = oracle_of(Enumerated{all_subsets(5, 2), Sense::minimise}),
               dear = oracle_of(TopK{.n = 5, .k = 2});
    SolutionPool pool(cheap->solver());
    pool.add(all_subsets(5, 2));
    const Tensor predicted = standard_normal({3, 5}, 1), costs = standard_normal({3, 5}, 2);
    const auto negative = [](Tensor x) {
      for (real& value : x.values()) value = -value;
      return x;
    };
    const RuleRun a = run(loss, cheap, pool, predicted, costs),
                  b = run(loss, dear, pool, negative(predicted), negative(costs));
    CHECK(a.y == b.y);
    CHECK(a.gradient == negative(b.gradient));
    const RuleRun known = run(loss, cheap, pool, costs, costs);
    CHECK(known.y.item() <= a.y.item());
    if (std::string(named.first) != "pairwise_ltr")
      for (const real g : known.gradient.values()) CHECK(std::abs(g) < real(1e-6));
  }
}

TEST_CASE("learning to rank: solutions that are truly as good as the best are no pairs, huge values no overflow") {
  const Units units;
  const Tensor same({1, 3}, {2, 2, 2}), predicted({1, 3}, {5, 1, 3});
  for (const std::size_t which : {1, 2}) {
    const RuleRun none = run(ranking_losses()[which].second, units.oracle, units.pool, predicted, same);
    CHECK(none.y.item() == 0);
    CHECK(none.gradient == Tensor(Shape{1, 3}));
  }
  const Tensor huge({1, 3}, {real(1e30), real(-1e30), real(2e30)});
  const RuleRun listwise = run(ranking_losses()[3].second, units.oracle, units.pool, huge, huge);
  CHECK(listwise.y.item() == 0);
  CHECK(listwise.gradient == Tensor(Shape{1, 3}));
  for (const double temperature : {-1.0, 1e-30, -1e-30}) {
    const Loss loss = [&](const BatchOracle& o, const SolutionPool& p, Var x, Var c) {
      return listwise_ltr(o, p, x, c, temperature);
    };
    CHECK(run(loss, units.oracle, units.pool, huge, huge).y.item() == 0);
  }
  // Of equal values each has its third, however large they are.
  const Tensor large({1, 3}, {real(1e20), real(1e20), real(1e20)});
  CHECK(run(ranking_losses()[3].second, units.oracle, units.pool, large, large).y.item() ==
        doctest::Approx(std::log(3.0)));
}

TEST_CASE("listwise_ltr: below a temperature of 0 it ranks from the worst on, as if values were costs") {
  const Units units;
  const Tensor predicted({1, 3}, {2, 1, 2}), costs({1, 3}, {1, 3, 2});
  const auto loss = [](double temperature) {
    return Loss([temperature](const BatchOracle& o, const SolutionPool& p, Var x, Var c) {
      return listwise_ltr(o, p, x, c, temperature);
    });
  };
  const auto as_values = oracle_of(TopK{.n = 3, .k = 1});
  const RuleRun worst = run(loss(-2), units.oracle, units.pool, predicted, costs),
                best = run(loss(2), as_values, units.pool, predicted, costs);
  CHECK(worst.y.item() == best.y.item());
  CHECK(worst.gradient == best.gradient);
  CHECK(worst.gradient != run(loss(2), units.oracle, units.pool, predicted, costs).gradient);
}

TEST_CASE("losses over a pool: a set for each example, instance data, padding, and a mean over the batch") {
  // The first instance may choose among the first two, the second takes two of four.
  const std::vector<TopKInstance> data = {{1, {1, 1, 0, 0}}, {2, {}}};
  const BatchOracle oracle(oracle_of(TopK{.n = 4}), data);
  SolutionPool pool(oracle.oracle()->solver(), 7);
  const std::vector<std::int64_t> examples = {5, 2};
  pool.add(Tensor({2, 4}, {1, 0, 0, 0, 1, 1, 0, 0}), examples);
  pool.add(Tensor({2, 4}, {0, 1, 0, 0, 0, 0, 1, 1}), examples);
  pool.add(Tensor({1, 4}, {1, 0, 1, 0}), std::vector<std::int64_t>{2});
  const Tensor predicted({2, 4}, {1, 3, real(NAN), real(NAN), 1, 2, 3, 5}), right({2, 4}, {1, 0, 0, 0, 1, 1, 0, 0}),
      costs({2, 4}, {2, 1, real(NAN), real(NAN), 4, 3, 2, 1});
  Tape tape;
  const Var x = tape.variable(predicted);
  const Var loss = cmap(oracle, pool, x, tape.constant(right), examples);
  CHECK(loss.value().item() == real((3 - 1 + 8 - 3) / 2.0));
  tape.backward(loss);
  const real half = real(0.5);
  CHECK(x.gradient() == Tensor({2, 4}, {-half, half, 0, 0, -half, -half, half, half}));
  const Var average = nce(oracle, pool, x, tape.constant(right), examples);
  CHECK(average.value().item() == doctest::Approx((2 - 1 + (3 + 8 + 4) / 3.0 - 3) / 2));
  // By hand for the first instance: one pair, of the second with the first: 3 − 1. For the second: v = (7, 3, 6) and
  // v̂ = (3, 8, 4): 5 and 1.
  CHECK(pairwise_ltr(oracle, pool, x, tape.constant(costs), 0, examples).value().item() == real((2 + 3) / 2.0));
  const Var mean = pointwise_ltr(oracle, pool, x, tape.constant(costs), examples);
  CHECK(mean.value().item() == doctest::Approx(((1 + 4) / 2.0 + (16 + 25 + 4) / 3.0) / 2));
  tape.backward(mean);
  CHECK(x.gradient().finite());
}

TEST_CASE("losses over a pool: the same bits for any number of threads") {
  const auto oracle = oracle_of(TopK{.n = 40, .k = 10});
  SolutionPool pool(oracle->solver());
  pool.add(solve(oracle, standard_normal({200, 40}, 3)));
  const Tensor predicted = standard_normal({64, 40}, 1), costs = standard_normal({64, 40}, 2),
               right = solve(oracle, costs);
  auto losses = ranking_losses();
  for (const auto& named : losses) {
    CAPTURE(named.first);
    const auto& loss = named.second;
    const RuleRun all = run(loss, oracle, pool, predicted, costs);
    const ThreadLimit one(1);
    const RuleRun alone = run(loss, oracle, pool, predicted, costs);
    CHECK(all.y == alone.y);
    CHECK(all.gradient == alone.gradient);
  }
  const RuleRun all = run(of_cmap(), oracle, pool, predicted, right);
  const ThreadLimit one(1);
  CHECK(all.gradient == run(of_cmap(), oracle, pool, predicted, right).gradient);
}

TEST_CASE("losses over a pool: errors say what is wrong") {
  Tape tape;
  const Units units;
  const SolutionPool empty(units.oracle->solver()), keyed(units.oracle->solver(), 3);
  const Var x = tape.variable(Tensor(Shape{2, 3})), y = tape.constant(Tensor(Shape{2, 3}));
  const std::vector<std::int64_t> examples = {0, 1};
  CHECK_THROWS_WITH_AS(nce(units.oracle, empty, x, y), "nce: the pool has no solution", ValueError);
  CHECK_THROWS_WITH_AS(cmap(units.oracle, keyed, x, y, examples), doctest::Contains("no solution of example 0"),
                       ValueError);
  CHECK_THROWS_WITH_AS(pointwise_ltr(units.oracle, keyed, x, y), doctest::Contains("0 examples are named for 2 rows"),
                       ValueError);
  CHECK_THROWS_WITH_AS(nce(units.oracle, units.pool, x, tape.constant(Tensor(Shape{3}))),
                       "nce: shapes differ: predicted [2,3] decisions [3]", ShapeError);
  CHECK_THROWS_WITH_AS(listwise_ltr(units.oracle, units.pool, x, tape.constant(Tensor(Shape{3}))),
                       "listwise_ltr: shapes differ: predicted [2,3] costs [3]", ShapeError);
  CHECK_THROWS_WITH_AS(listwise_ltr(units.oracle, units.pool, x, y, 0),
                       "listwise_ltr: temperature = 0 is zero or not finite", ValueError);
  CHECK_THROWS_WITH_AS(pairwise_ltr(units.oracle, units.pool, x, y, -1),
                       "pairwise_ltr: margin = -1 is not a finite number of 0 or more", ValueError);
  const Var broken = tape.variable(Tensor({2, 3}, real(NAN)));
  CHECK_THROWS_WITH_AS(cmap(units.oracle, units.pool, broken, y), doctest::Contains("is not finite"), ValueError);
  CHECK_THROWS_WITH_AS(pointwise_ltr(units.oracle, units.pool, x, broken), doctest::Contains("is not finite"),
                       ValueError);
  const Solver wide = TopK{.n = 4, .k = 1};
  CHECK_THROWS_WITH_AS(
      nce(oracle_of(wide), units.pool, tape.variable(Tensor(Shape{2, 4})), tape.constant(Tensor(Shape{2, 4}))),
      doctest::Contains("[3], and not of top_k, [4]"), ShapeError);
  const std::vector<TopKInstance> data = {{1, {}}, {1, {}}};
  CHECK_THROWS_WITH_AS(nce({oracle_of(TopK{.n = 3, .k = 1}), data}, units.pool, x, y),
                       doctest::Contains("top_k was given instance data"), ValueError);
}
