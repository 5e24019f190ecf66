#include <doctest/doctest.h>

#include <cmath>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/assignment/assignment.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/losses/sparsemap.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/rules/regularized.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/ranking.h>
#include <cotape/solvers/select/topk.h>

#include "../../check_gradients.h"
#include "../../near.h"
#include "../../solve_system.h"
#include "../rule_runs.h"

using namespace cotape;

namespace {

using Numbers = std::vector<double>;

Tensor regularized(const Solver& solver, const Tensor& theta, double strength) {
  Tape tape;
  return Regularized{.strength = strength}(tape.constant(theta), oracle_of(solver)).value();
}

// argmax ⟨θ, y⟩ − λ/2·‖y‖² over the hull of the rows: of each subset of rows the best point of its flat, if it lies
// between them; the best of all.
Numbers nearest_by_subsets(const Tensor& set, const Tensor& theta, double strength) {
  const std::int64_t n = theta.size();
  const auto m = static_cast<std::size_t>(set.shape()[0]);
  const auto product = [&](std::size_t r, std::size_t s) {
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) sum += set[std::int64_t(r) * n + i] * set[std::int64_t(s) * n + i];
    return sum;
  };
  double best = -1e300;
  Numbers point;
  for (std::uint64_t subset = 1; subset < std::uint64_t{1} << m; ++subset) {
    std::vector<std::size_t> rows;
    for (std::size_t r = 0; r < m; ++r)
      if (subset >> r & 1) rows.push_back(r);
    // λGw + μ1 = Vθ, ⟨1, w⟩ = 1
    std::vector<Numbers> a(rows.size() + 1, Numbers(rows.size() + 1, 0.0));
    Numbers b(rows.size() + 1, 1.0);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      b[i] = 0;
      for (std::int64_t j = 0; j < n; ++j) b[i] += set[std::int64_t(rows[i]) * n + j] * theta[j];
      for (std::size_t j = 0; j < rows.size(); ++j) a[i][j] = strength * product(rows[i], rows[j]);
      a[i].back() = a.back()[i] = 1;
    }
    const auto weights = solve_system(a, b);
    if (!weights || std::any_of(weights->begin(), weights->end() - 1, [](double w) { return w < 0; })) continue;
    Numbers y(static_cast<std::size_t>(n), 0.0);
    for (std::size_t i = 0; i < rows.size(); ++i)
      for (std::int64_t j = 0; j < n; ++j) y[std::size_t(j)] += (*weights)[i] * set[std::int64_t(rows[i]) * n + j];
    double value = 0;
    for (std::int64_t j = 0; j < n; ++j)
      value += theta[j] * y[std::size_t(j)] - strength / 2 * y[std::size_t(j)] * y[std::size_t(j)];
    if (value > best) {
      best = value;
      point = y;
    }
  }
  return point;
}

void check_near(const Tensor& found, const Numbers& expected, double tolerance = 1e-12) {
  for (std::int64_t i = 0; i < found.size(); ++i)
    CHECK(std::abs(found[i] - expected[static_cast<std::size_t>(i)]) < tolerance);
}

// The projection of θ/λ on vectors of [0, 1] whose sum is k, by bisection of the shift.
Numbers capped_simplex(const Tensor& theta, double k, double strength) {
  double low = -1e4, high = 1e4;
  const auto at = [&](double shift) {
    Numbers y;
    for (const real score : theta.values()) y.push_back(std::clamp(score / strength - shift, 0.0, 1.0));
    return y;
  };
  for (int step = 0; step < 200; ++step) {
    double sum = 0;
    for (const double y : at((low + high) / 2)) sum += y;
    (sum > k ? low : high) = (low + high) / 2;
  }
  return at((low + high) / 2);
}

}  // namespace

TEST_CASE("regularized: the best mean of any solutions, found among all subsets of them") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    Rng rng(seed);
    Tensor set(Shape{7, 4});
    for (real& entry : set.values()) entry = seed % 2 ? rng.uniform() * 2 - 1 : static_cast<real>(rng.below(3));
    const Tensor theta = standard_normal({4}, seed + 1000);
    for (const double strength : {0.2, 1.0, 5.0})
      check_near(regularized(Enumerated{set}, theta, strength), nearest_by_subsets(set, theta, strength), 1e-10);
  }
}

TEST_CASE("regularized: of TopK the projection on the capped simplex, for k = 1 sparsemax") {
  for (std::int64_t n = 2; n <= 20; n += 3)
    for (std::int64_t k = 1; k < n; ++k)
      for (const double strength : {0.1, 1.0, 10.0}) {
        const Tensor theta = standard_normal({n}, static_cast<std::uint64_t>(100 * n + k));
        check_near(regularized(TopK{.n = n, .k = k}, theta, strength),
                   capped_simplex(theta, static_cast<double>(k), strength));
      }
  // Two are chosen half each, by hand: θ = (1, 1, 0), λ = 1.
  check_near(regularized(TopK{.n = 3, .k = 1}, Tensor({3}, {1, 1, 0}), 1), {0.5, 0.5, 0});
  check_near(regularized(TopK{.n = 4, .k = 2}, Tensor(Shape{4}), 1), {0.5, 0.5, 0.5, 0.5});  // all equal
}

TEST_CASE("regularized: no solution is better for the gradient, on the permutahedron and between paths") {
  for (const Solver& solver : {Solver(Ranking{.n = 9}), Solver(GridPath{.height = 5, .width = 6})}) {
    const auto oracle = oracle_of(solver);
    const Shape shape = solver.traits().shape;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      Tensor theta = standard_normal(shape, seed);
      if (solver.traits().domain.bounded())
        for (real& score : theta.values()) score = -std::abs(score);
      const Tensor y = regularized(solver, theta, 0.5);
      Tensor slope = theta;
      for (std::int64_t i = 0; i < y.size(); ++i) slope[i] -= 0.5 * y[i];
      const Tensor best = solve(oracle, slope);
      double gain = 0;
      for (std::int64_t i = 0; i < y.size(); ++i) gain += slope[i] * (best[i] - y[i]);
      CHECK(gain < 1e-10);
    }
  }
}

TEST_CASE("regularized: the gradient is that of the value, by differences") {
  std::int64_t moved = 0;
  const std::pair<Solver, real> problems[] = {{TopK{.n = 6, .k = 2}, 1.0},
                                              {Ranking{.n = 6}, 0.3},
                                              {Enumerated{standard_normal({8, 6}, 5)}, 0.5},
                                              {GridPath{.height = 2, .width = 3}, 2.0}};
  for (const auto& [solver, strength] : problems)
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Tensor theta = standard_normal(solver.traits().shape, seed);  // half of them outside the domain of paths
      const Tensor dy = standard_normal(solver.traits().shape, seed + 100);
      const Tensor gradient = run_rule(Regularized{.strength = strength}, oracle_of(solver), theta, dy).gradient;
      for (std::int64_t i = 0; i < theta.size(); ++i) {
        Tensor up = theta, down = theta;
        up[i] += 1e-6;
        down[i] -= 1e-6;
        const Tensor ahead = regularized(solver, up, strength), behind = regularized(solver, down, strength);
        double slope = 0;
        for (std::int64_t j = 0; j < theta.size(); ++j) slope += dy[j] * (ahead[j] - behind[j]) / 2e-6;
        CHECK(std::abs(gradient[i] - slope) < 1e-6);
        moved += std::abs(slope) > 0.01;
      }
    }
  CHECK(moved > 150);
}

TEST_CASE("regularized: a weak penalty gives the solution itself, a strong one the shortest mean; scores of any size") {
  const auto oracle = oracle_of(TopK{.n = 5, .k = 2});
  const Tensor theta = standard_normal({40, 5}, 1);
  CHECK(regularized(TopK{.n = 5, .k = 2}, theta, 1e-6) == solve(oracle, theta));
  CHECK(relative_distance(regularized(TopK{.n = 5, .k = 2}, theta, 1e6), Tensor({40, 5}, 0.4)) < 1e-5);
  for (const double size : {1e-300, 1e-20, 1e20, 1e300}) {
    Tensor scaled = theta;
    for (real& score : scaled.values()) score *= size;
    const Tensor y = regularized(TopK{.n = 5, .k = 2}, scaled, 1);
    if (size > 1)
      CHECK(y == solve(oracle, theta));
    else
      CHECK(relative_distance(y, Tensor({40, 5}, 0.4)) < 1e-12);
  }
}

namespace {

// The most valuable of n options, by values of 0 or more.
struct NonNegative {
  std::int64_t n;
  SolverTraits traits() const {
    return {.name = "non_negative", .sense = Sense::maximise, .shape = Shape{n}, .domain = {.lower = 0}};
  }
  void solve(Costs value, Solution y) const {
    y[std::size_t(std::max_element(value.begin(), value.end()) - value.begin())] = 1;
  }
};

}  // namespace

TEST_CASE("regularized and sparsemap_loss: errors say what is wrong") {
  const auto oracle = oracle_of(TopK{.n = 6, .k = 3});
  Tape tape;
  const Var x = tape.variable(standard_normal({2, 6}, 1)), y = tape.constant(Tensor(Shape{2, 6}));
  CHECK_THROWS_WITH_AS(Regularized{.strength = 0}(x, oracle),
                       doctest::Contains("regularized: λ = 0 is not a positive number"), ValueError);
  CHECK_THROWS_WITH_AS((Regularized{.limits = {.solutions = 1}}(x * 0.1, oracle)),
                       doctest::Contains("regularized: top_k: instance 0: the nearest point of the hull was not found "
                                         "with 1 solutions"),
                       SolverError);
  CHECK_THROWS_WITH_AS(regularized(NonNegative{3}, Tensor({3}, {0.1, 0.2, 0.3}), 1),
                       doctest::Contains("regularized: the penalty's gradient leaves the domain 0 … inf of "
                                         "non_negative"),
                       ValueError);
  const auto dear = oracle_of(Assignment{.rows = 2, .columns = 2, .unassigned_cost = 1});
  const Var pairs = tape.variable(Tensor(Shape{2, 2}));
  CHECK_THROWS_WITH_AS(Regularized{}(pairs, dear),
                       doctest::Contains("regularized: it needs a solver for ⟨cost, y⟩ alone"), ValueError);
  CHECK_THROWS_WITH_AS(sparsemap_loss(dear, pairs, pairs),
                       doctest::Contains("sparsemap_loss: it needs a solver for ⟨cost, y⟩ alone"), ValueError);
  CHECK_THROWS_WITH_AS(sparsemap_loss(oracle, x, y, {.strength = -1}),
                       doctest::Contains("sparsemap_loss: λ = -1 is not a positive number"), ValueError);
  CHECK_THROWS_WITH_AS(sparsemap_loss(oracle, x, tape.constant(Tensor(Shape{6}))),
                       doctest::Contains("x [2,6] target [6]"), ShapeError);
  CHECK_THROWS_WITH_AS(sparsemap_loss(oracle, tape.variable(Tensor({6}, NAN)), tape.constant(Tensor(Shape{6}))),
                       doctest::Contains("is not finite"), ValueError);
}

TEST_CASE("gradients of sparsemap_loss are those of its value, from scores and costs") {
  const std::pair<Solver, Shape> rows[] = {{TopK{.n = 5, .k = 2}, {3, 5}},
                                           {TopK{.n = 5, .k = 2}, {2, 3, 5}},
                                           {Ranking{.n = 5, .sense = Sense::minimise}, {3, 5}},
                                           {Enumerated{all_subsets(5, 2), Sense::minimise}, {5}},
                                           {GridPath{.height = 2, .width = 3}, {3, 2, 3}}};
  for (const auto& [solver, shape] : rows)
    for (const double strength : {0.3, 1.0, 4.0})
      check_gradients(solver.traits().name,
                      [&, &solver = solver, &shape = shape](Tape& tape, std::span<const Var> v) {
                        return sparsemap_loss(solver, v[0], tape.constant(uniform_tensor(shape, 0, 1, 3)),
                                              {.strength = strength});
                      },
                      {away_from({0}, standard_normal(shape, 4), 1e-3)});
}

TEST_CASE("sparsemap_loss: never negative, 0 beyond a margin, averaged over the batch; its gradient is y(θ) − y*") {
  const TopK solver{.n = 5, .k = 2};
  const Tensor theta = standard_normal({40, 5}, 1), target = solve(oracle_of(solver), standard_normal({40, 5}, 2));
  const auto loss_of = [&](const Tensor& scores, const Tensor& wanted) {
    Tape tape;
    const Var x = tape.variable(scores);
    const Var loss = sparsemap_loss(solver, x, tape.constant(wanted));
    tape.backward(loss);
    return RuleRun{loss.value(), x.gradient()};
  };
  double sum = 0;
  for (std::size_t row = 0; row < 40; ++row) {
    const auto part = [&](const Tensor& x) { return Tensor({1, 5}, x.values().subspan(5 * row, 5)); };
    const double one = loss_of(part(theta), part(target)).y.item();
    CHECK(one >= 0);
    sum += one;
    Tensor sure = part(target);
    for (real& score : sure.values()) score *= 1.001;  // a margin of λ between what is wanted and what is not
    CHECK(loss_of(sure, part(target)).y.item() == doctest::Approx(0));
    CHECK(loss_of(sure, part(target)).gradient == Tensor(Shape{1, 5}));
  }
  const RuleRun all = loss_of(theta, target);
  CHECK(all.y.item() == doctest::Approx(sum / 40));
  const Tensor y = regularized(solver, theta, 1);
  for (std::int64_t i = 0; i < y.size(); ++i) CHECK(std::abs(all.gradient[i] - (y[i] - target[i]) / 40) < 1e-15);
}
