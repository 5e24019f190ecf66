#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/losses/cave.h>
#include <cotape/solvers/losses/nonnegative_least_squares.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/paths/shortest_path.h>
#include <cotape/solvers/select/ranking.h>
#include <cotape/solvers/select/topk.h>
#include <cotape/solvers/tsp/tsp.h>

#include <cmath>

#include "../../check_gradients.h"
#include "../../near.h"
#include "../rule_runs.h"

using namespace cotape;

namespace {

// The loss and the gradient of the predicted costs.
RuleRun run(const BatchOracle& oracle, const Tensor& predicted, const Tensor& decisions,
            const CaveOptions& options = {}, std::uint64_t seed = 1) {
  Tape tape;
  Rng rng(seed);
  const Var x = tape.variable(predicted);
  const Var loss = cave(oracle, x, tape.constant(decisions), options, rng);
  tape.backward(loss);
  return {loss.value(), x.gradient()};
}

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// 1 − the cosine of the angle between two vectors.
double apart(std::span<const double> a, std::span<const double> b) {
  return 1 - dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
}

std::vector<double> projection(const Solver& solver, const Tensor& score, const Tensor& y) {
  Normals normals;
  solver.normals(y.values(), normals);
  NonNegativeLeastSquares nearest;
  nearest.solve(score.values(), normals);
  return {nearest.fit().begin(), nearest.fit().end()};
}

Tensor part(const Tensor& x, std::int64_t row) {
  const std::int64_t n = x.shape()[1];
  return Tensor(Shape{n}, x.values().subspan(static_cast<std::size_t>(row * n), static_cast<std::size_t>(n)));
}

}  // namespace

TEST_CASE("gradients of cave are those of its value, from scores and from costs") {
  const std::pair<Solver, Shape> rows[] = {{TopK{.n = 5, .k = 2}, {3, 5}},
                                           {TopK{.n = 5, .k = 2}, {2, 3, 5}},
                                           {Ranking{.n = 5, .sense = Sense::minimise}, {4, 5}},
                                           {Ranking{.n = 5, .sense = Sense::minimise}, {5}},
                                           {Tsp{4}, {2, 4, 4}}};
  for (const auto& row : rows) {
    const Solver& solver = row.first;
    const Tensor decisions = solve(oracle_of(solver), standard_normal(row.second, 5));
    check_gradients(
        "cave, " + solver.traits().name,
        [&](Tape& tape, std::span<const Var> v) { return cave(oracle_of(solver), v[0], tape.constant(decisions)); },
        {standard_normal(row.second, 6)});
  }
}

TEST_CASE(
    "cave: 0 for scores for which the decision is right, the angle to the cone for others, a mean over the batch") {
  const Solver solver = Ranking{.n = 6};
  const auto oracle = oracle_of(solver);
  const Tensor right = standard_normal({40, 6}, 1), other = standard_normal({40, 6}, 2), y = solve(oracle, right);
  const RuleRun zero = run(oracle, right, y);
  CHECK(zero.y.item() == 0);
  CHECK(zero.gradient == Tensor(right.shape()));

  double sum = 0;
  for (std::int64_t row = 0; row < 40; ++row) {
    const Tensor theta = part(other, row);
    const double one = run(oracle, theta, part(y, row)).y.item();
    const double angle = apart(theta.values(), projection(solver, theta, part(y, row)));
    CHECK(one == doctest::Approx(angle).epsilon(1e-12));
    CHECK((one > 1e-3 || solve(oracle, theta) == part(y, row)));
    sum += one;
  }
  CHECK(run(oracle, other, y).y.item() == doctest::Approx(sum / 40));
  // What a solver that minimises is given has the other sign.
  const auto costs = oracle_of(Ranking{.n = 6, .sense = Sense::minimise});
  Tensor negated = other, gradient = run(oracle, other, y).gradient;
  for (real& entry : negated.values()) entry = -entry;
  const RuleRun minimised = run(costs, negated, y);
  CHECK(minimised.y.item() == doctest::Approx(sum / 40));
  for (std::int64_t i = 0; i < gradient.size(); ++i) CHECK(minimised.gradient[i] == doctest::Approx(-gradient[i]));
}

TEST_CASE("cave: steps along the gradient reach the cone, where the solver decides right") {
  const auto oracle = oracle_of(TopK{.n = 8, .k = 3});
  Tensor theta = standard_normal({20, 8}, 3);
  const Tensor y = solve(oracle, standard_normal({20, 8}, 4));
  CHECK(solve(oracle, theta) != y);
  for (const real inner : {0.0, 0.2}) {
    Tensor x = theta;
    for (int step = 0; step < 400; ++step) {
      const RuleRun now = run(oracle, x, y, {.inner_ratio = inner});
      for (std::int64_t i = 0; i < x.size(); ++i) x[i] -= 4 * now.gradient[i];
    }
    CHECK(run(oracle, x, y).y.item() < 1e-6);
    if (inner > 0) CHECK(solve(oracle, x) == y);  // inside, not at the border
  }
}

TEST_CASE("cave: with an inner ratio the target is moved along the mean normal; hybrid leaves the projection out") {
  const TopK solver{.n = 5, .k = 2};
  const Tensor theta({5}, {1, 2, -1, 0.5, 0}), y({5}, {0, 0, 1, 1, 0});
  const auto oracle = oracle_of(solver);
  const real alpha = 0.3;
  // Σ y = k both ways, −e where y = 0 and e where it is 1: seven vectors.
  std::vector<double> mean = {-1, -1, 1, 1, -1};
  for (double& entry : mean) entry *= alpha / 7;
  const auto target_of = [&](const std::vector<double>& base) {
    std::vector<double> target;
    for (std::size_t i = 0; i < 5; ++i) target.push_back((1 - alpha) * base[i] / std::sqrt(dot(base, base)) + mean[i]);
    return target;
  };
  const std::vector<double> inner = target_of(projection(solver, theta, y));
  const std::vector<double> plain = target_of({theta.values().begin(), theta.values().end()});
  const RuleRun plus = run(oracle, theta, y, {.inner_ratio = alpha});
  CHECK(plus.y.item() == doctest::Approx(apart(theta.values(), inner)));
  CHECK(run(oracle, theta, y, {.inner_ratio = alpha, .solve_ratio = 0}).y.item() ==
        doctest::Approx(apart(theta.values(), plain)));
  // The gradient is that of the angle to this target, which stays where it is.
  for (std::int64_t i = 0; i < 5; ++i) {
    Tensor up = theta, down = theta;
    up[i] += 1e-5;
    down[i] -= 1e-5;
    CHECK(plus.gradient[i] ==
          doctest::Approx((apart(up.values(), inner) - apart(down.values(), inner)) / 2e-5).epsilon(1e-6));
  }
  // Within the cone nothing moves.
  CHECK(std::abs(run(oracle, Tensor({5}, {-1, -2, 2, 1, -3}), y, {.inner_ratio = alpha}).y.item()) < 1e-12);
  // Whole batches are projected or not, in the given share.
  std::int64_t projected = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const double loss = run(oracle, theta, y, {.inner_ratio = alpha, .solve_ratio = 0.3}, seed).y.item();
    const bool is_inner = std::abs(loss - apart(theta.values(), inner)) < 1e-12;
    CHECK((is_inner || std::abs(loss - apart(theta.values(), plain)) < 1e-12));
    projected += is_inner;
  }
  CHECK(projected > 90);
  CHECK(projected < 150);
}

TEST_CASE("cave: scores of any size, none at all, and a cone that lies behind; padding takes no part") {
  const auto oracle = oracle_of(TopK{.n = 5, .k = 2});
  const Tensor theta = standard_normal({10, 5}, 1), y = solve(oracle, standard_normal({10, 5}, 2));
  for (const real inner : {0.0, 0.2}) {
    const RuleRun plain = run(oracle, theta, y, {.inner_ratio = inner});
    for (const double size : {1e-150, 1e-10, 1e10, 1e150}) {
      Tensor scaled = theta;
      for (real& score : scaled.values()) score *= size;
      RuleRun same = run(oracle, scaled, y, {.inner_ratio = inner});
      CHECK(same.y.item() == doctest::Approx(plain.y.item()));
      for (real& entry : same.gradient.values()) entry *= size;
      CHECK(relative_distance(same.gradient, plain.gradient) < 1e-8);
    }
    const RuleRun none = run(oracle, Tensor(Shape{10, 5}), y, {.inner_ratio = inner});
    CHECK(none.y.item() == 1);
    CHECK(none.gradient == Tensor(Shape{10, 5}));
  }
  // Of one that is always chosen nothing but its sum is free.
  const RuleRun behind = run(oracle_of(TopK{.n = 2, .k = 1}), Tensor({2}, {-1, 1}), Tensor({2}, {1, 0}));
  CHECK(behind.y.item() == doctest::Approx(1));
  CHECK(relative_distance(behind.gradient, Tensor(Shape{2})) < 1e-12);

  const std::vector<TopKInstance> data = {{.k = 1, .allowed = {1, 1, 0, 1}}, {.k = 2, .allowed = {1, 1, 1, 0}}};
  const BatchOracle padded(oracle_of(TopK{.n = 4, .k = 1}), data);
  const Tensor decisions({2, 4}, {1, 0, 0, 0, 0, 1, 1, 0});
  const RuleRun garbage = run(padded, Tensor({2, 4}, {1, 3, 1e9, 2, 5, 2, 1, NAN}), decisions);
  const RuleRun clean = run(padded, Tensor({2, 4}, {1, 3, 0, 2, 5, 2, 1, 0}), decisions);
  CHECK(garbage.y == clean.y);
  CHECK(garbage.gradient == clean.gradient);
  CHECK(garbage.gradient[2] == 0);
  CHECK(garbage.gradient[7] == 0);
}

TEST_CASE("cave: errors say what is wrong") {
  Tape tape;
  Rng rng(1);
  const auto oracle = oracle_of(TopK{.n = 5, .k = 2});
  const Var x = tape.variable(standard_normal({2, 5}, 1)), y = tape.constant(Tensor(Shape{2, 5}));
  CHECK_THROWS_WITH_AS(cave(oracle, x, tape.constant(Tensor(Shape{5}))),
                       doctest::Contains("cave: shapes differ: predicted [2,5] decisions [5]"), ShapeError);
  CHECK_THROWS_WITH_AS(cave(oracle, x, y, {.inner_ratio = 1.5}, rng),
                       doctest::Contains("cave: inner_ratio = 1.5 is outside 0 … 1"), ValueError);
  CHECK_THROWS_WITH_AS(cave(oracle, x, y, {.solve_ratio = -1}, rng),
                       doctest::Contains("cave: solve_ratio = -1 is outside 0 … 1"), ValueError);
  CHECK_THROWS_WITH_AS(
      cave(oracle_of(GridPath{.height = 1, .width = 5}), x, y),
      doctest::Contains(
          "cave: it needs a solver with the ability 'normals' (normals()), which grid_path does not have"),
      ValueError);
  CHECK_THROWS_WITH_AS(cave(oracle, tape.variable(Tensor({1, 5}, NAN)), tape.constant(Tensor(Shape{1, 5}))),
                       doctest::Contains("is not finite"), ValueError);
}
