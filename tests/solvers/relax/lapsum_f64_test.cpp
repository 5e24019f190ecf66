#include <doctest/doctest.h>

#include <cmath>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/solvers/relax/lapsum.h>
#include <cotape/solvers/select/ranking.h>
#include <cotape/solvers/select/topk.h>

#include "../../check_gradients.h"
#include "../../near.h"
#include "../rule_runs.h"

using namespace cotape;

namespace {

double laplace(double x) { return x <= 0 ? std::exp(x) / 2 : 1 - std::exp(-x) / 2; }

// By the definition, the threshold by bisection.
std::vector<double> selected(const Tensor& scores, double k, double temperature) {
  double low = -1e6, high = 1e6;
  for (int step = 0; step < 200; ++step) {
    const double b = (low + high) / 2;
    double sum = 0;
    for (const real score : scores.values()) sum += laplace((score - b) / temperature);
    (sum > k ? low : high) = b;
  }
  std::vector<double> chances;
  for (const real score : scores.values()) chances.push_back(laplace((score - (low + high) / 2) / temperature));
  return chances;
}

Tensor soft_topk(const Tensor& x, std::int64_t k, double temperature) {
  Tape tape;
  return lapsum_topk(tape.constant(x), k, temperature).value();
}

Tensor soft_ranks(const Tensor& x, double temperature) {
  Tape tape;
  return lapsum_ranks(tape.constant(x), temperature).value();
}

double total(const Tensor& x) {
  double sum = 0;
  for (const real value : x.values()) sum += value;
  return sum;
}

}  // namespace

TEST_CASE("lapsum_topk: the definition, for every k and temperatures from hard to even") {
  for (std::int64_t n = 1; n <= 9; ++n)
    for (std::int64_t k = 1; k < n; ++k)
      for (const double temperature : {0.01, 0.3, 1.0, 20.0})
        for (std::uint64_t seed = 1; seed <= 4; ++seed) {
          Tensor x = standard_normal({n}, seed);
          if (seed == 4) x[0] = x[n - 1];
          const Tensor found = soft_topk(x, k, temperature);
          const std::vector<double> expected = selected(x, static_cast<double>(k), temperature);
          for (std::int64_t i = 0; i < n; ++i) CHECK(std::abs(found[i] - expected[i]) < 1e-9);
          CHECK(std::abs(total(found) - static_cast<double>(k)) < 1e-13 * static_cast<double>(n));
        }
  CHECK(soft_topk(standard_normal({4}, 1), 4, 1) == Tensor({4}, 1));
}

TEST_CASE("lapsum_ranks: the definition; equal scores share the mean of their ranks") {
  for (std::int64_t n = 1; n <= 30; ++n)
    for (const double temperature : {0.01, 0.3, 1.0, 20.0}) {
      Tensor x = standard_normal({n}, static_cast<std::uint64_t>(n));
      x[0] = x[n / 2];
      const Tensor found = soft_ranks(x, temperature);
      for (std::int64_t i = 0; i < n; ++i) {
        double rank = 0.5;
        for (std::int64_t j = 0; j < n; ++j) rank += laplace((x[i] - x[j]) / temperature);
        CHECK(std::abs(found[i] - rank) < 1e-12);
      }
      CHECK(found[0] == doctest::Approx(found[n / 2]));
      CHECK(total(found) == doctest::Approx(static_cast<double>(n * (n + 1)) / 2));
    }
}

TEST_CASE("lapsum: cold, they are TopK and Ranking; hard takes the largest and keeps the gradient") {
  const Tensor x = standard_normal({50, 12}, 1), dy = standard_normal({50, 12}, 2);
  CHECK(relative_distance(soft_topk(x, 5, 1e-6), solve(oracle_of(TopK{.n = 12, .k = 5}), x)) < 1e-6);
  CHECK(relative_distance(soft_ranks(x, 1e-6), solve(oracle_of(Ranking{.n = 12}), x)) < 1e-6);
  const auto run = [&](Relaxed form) {
    Tape tape;
    const Var v = tape.variable(x);
    const Var y = lapsum_topk(v, 5, 0.5, form);
    tape.backward(y, dy);
    return RuleRun{y.value(), v.gradient()};
  };
  const RuleRun soft = run(Relaxed::soft), hard = run(Relaxed::hard);
  CHECK(hard.y == solve(oracle_of(TopK{.n = 12, .k = 5}), x));
  CHECK(hard.gradient == soft.gradient);
}

TEST_CASE("gradients of lapsum_topk and lapsum_ranks") {
  for (const double temperature : {0.4, 1.0, 3.0}) {
    for (const std::int64_t k : {1, 3, 4, 5})
      check_gradients("lapsum_topk", [&](Tape&, std::span<const Var> v) { return lapsum_topk(v[0], k, temperature); },
                      {standard_normal({4, 5}, 2)});
    check_gradients("lapsum_ranks", [&](Tape&, std::span<const Var> v) { return lapsum_ranks(v[0], temperature); },
                    {standard_normal({2, 3, 5}, 3)});
  }
}

TEST_CASE("lapsum: scores of any size, without overflow; rows do not touch each other") {
  for (const double large : {1e20, 1e300, 1.7e308}) {
    const Tensor x({2, 4}, {large, 0, -large, 0.5, 1, 2, 3, 4});
    Tape tape;
    const Var v = tape.variable(x);
    const Var y = lapsum_topk(v, 1, 1);
    CHECK(relative_distance(
              y.value(), Tensor({2, 4}, {1, 0, 0, 0, y.value()[4], y.value()[5], y.value()[6], y.value()[7]})) < 1e-9);
    tape.backward(y, standard_normal({2, 4}, 1));
    CHECK(v.gradient().finite());
    const Var r = lapsum_ranks(v, 1);
    tape.backward(r, standard_normal({2, 4}, 1));
    CHECK(v.gradient().finite());
    CHECK(r.value()[0] == 4);
    CHECK(r.value()[2] == 1);
    CHECK(r.value()[1] == doctest::Approx(2 + laplace(-0.5)));
    CHECK(soft_topk(Tensor({4}, {1, 2, 3, 4}), 1, 1) == Tensor({4}, y.value().values().subspan(4, 4)));
  }
  // Two that stay together beside one that is far away: as if they were alone.
  const Tensor near = soft_topk(Tensor({3}, {1e300, 1, 2}), 2, 1), alone = soft_topk(Tensor({2}, {1, 2}), 1, 1);
  CHECK(near[0] == 1);
  CHECK(near[1] == doctest::Approx(alone[0]));
  CHECK(soft_topk(Tensor({4}, 7), 1, 1e-3) == Tensor({4}, 0.25));
}

TEST_CASE("lapsum: one thread and two give the same bits; no step takes new memory") {
  const Tensor x = standard_normal({3000, 20}, 1), dy = standard_normal({3000, 20}, 2);
  const auto run = [&](int threads) {
    const ThreadLimit limit(threads);
    Tape tape;
    const Var v = tape.variable(x);
    const Var y = lapsum_topk(v, 5, 0.5) * lapsum_ranks(v, 0.5);
    tape.backward(y, dy);
    return RuleRun{y.value(), v.gradient()};
  };
  const RuleRun one = run(1), two = run(2);
  CHECK(one.y == two.y);
  CHECK(one.gradient == two.gradient);
  Tape tape;
  std::size_t allocations = 0;
  for (int step = 0; step < 4; ++step) {
    tape.clear();
    const Var v = tape.variable(x);
    tape.backward(lapsum_topk(v, 5, 0.5) * lapsum_ranks(v, 0.5), dy);
    if (step == 1) allocations = tape.allocations();
  }
  CHECK(tape.allocations() == allocations);
}

TEST_CASE("lapsum: errors say what is wrong") {
  Tape tape;
  const Var x = tape.constant(Tensor({4}, {1, 2, 3, 4}));
  CHECK_THROWS_WITH_AS(lapsum_topk(x, 5, 1), doctest::Contains("lapsum_topk: k = 5 is outside 1 … n = 4"), ValueError);
  CHECK_THROWS_WITH_AS(lapsum_topk(x, 1, 0), doctest::Contains("lapsum_topk: temperature 0 is not a positive"),
                       ValueError);
  CHECK_THROWS_WITH_AS(lapsum_ranks(x, -1), doctest::Contains("lapsum_ranks: temperature -1"), ValueError);
  CHECK_THROWS_WITH_AS(lapsum_ranks(tape.constant(Tensor::scalar(1)), 1), doctest::Contains("a scalar"), ShapeError);
  for (const double bad : {NAN, INFINITY}) {
    const Var broken = tape.constant(Tensor({2}, {0, bad}));
    CHECK_THROWS_WITH_AS(lapsum_topk(broken, 1, 1), doctest::Contains("a score is not finite"), ValueError);
    CHECK_THROWS_WITH_AS(lapsum_ranks(broken, 1), doctest::Contains("a score is not finite"), ValueError);
  }
}
