#include <doctest/doctest.h>

#include <cmath>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/paths/shortest_path.h>
#include <cotape/solvers/relax/davis_yin.h>
#include <cotape/solvers/rules/regularized.h>
#include <cotape/solvers/select/topk.h>

#include "../rule_runs.h"

using namespace cotape;

namespace {

RuleRun run(const EquationPolytope& polytope, const Tensor& costs, const Tensor& dy,
            const DavisYinOptions& options = {}) {
  Tape tape;
  const Var c = tape.variable(costs), x = davis_yin(c, polytope, options);
  tape.backward(x, dy);
  return {x.value(), c.gradient()};
}

// The same by Regularized: the search among means of solutions, and the derivative.
RuleRun regularized(const Solver& solver, const Tensor& costs, const Tensor& dy, real strength) {
  Tensor scores = costs;
  for (real& score : scores.values()) score = -score;
  RuleRun found = run_rule(Regularized{.strength = strength}, oracle_of(solver), scores, dy);
  for (real& entry : found.gradient.values()) entry = -entry;
  return found;
}

double dot(std::span<const real> a, std::span<const real> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double farthest(const Tensor& a, const Tensor& b) {
  double most = 0;
  for (std::int64_t i = 0; i < a.size(); ++i) most = std::max<double>(most, std::abs(a[i] - b[i]));
  return most;
}

LinearEquation sum_of(std::int64_t n, double value) {
  LinearEquation equation{.value = value};
  for (std::int64_t i = 0; i < n; ++i) equation.terms.push_back({i, 1});
  return equation;
}

// A grid with edges to the right and down, its paths from corner to corner, and what flows in and out of each node.
struct Paths {
  std::vector<Edge> edges;
  std::vector<LinearEquation> equations;

  explicit Paths(std::int64_t side) : equations(static_cast<std::size_t>(side * side)) {
    for (std::int64_t v = 0; v < side * side; ++v) {
      if (v % side + 1 < side) edges.push_back({v, v + 1});
      if (v + side < side * side) edges.push_back({v, v + side});
    }
    for (std::int64_t e = 0; e < std::ssize(edges); ++e) {
      equations[edges[e].from].terms.push_back({e, 1});
      equations[edges[e].to].terms.push_back({e, -1});
    }
    equations.front().value = 1;
    equations.back().value = -1;
  }
  Shape shape(std::int64_t batch) const { return {batch, std::ssize(edges)}; }
  EquationPolytope polytope() const { return {std::ssize(edges), equations}; }
  Solver solver() const {
    const std::int64_t nodes = std::ssize(equations);
    return ShortestPath(SparseGraph::directed(nodes, edges), 0, nodes - 1);
  }
};

}  // namespace

TEST_CASE("davis_yin: the best point under a quadratic penalty, as a search among means of paths finds it") {
  for (const std::int64_t side : {2, 3, 5}) {
    const Paths paths(side);
    const Tensor costs = standard_normal(paths.shape(10), 1), dy = standard_normal(paths.shape(10), 2);
    CHECK(paths.polytope().rank() == side * side - 1);  // what flows into the last node is known from the others
    for (const real strength : {0.3, 1.0, 5.0}) {
      const RuleRun exact = regularized(paths.solver(), costs, dy, strength);
      for (const real step : {0.5, 1.0, 1.5})
        CHECK(farthest(run(paths.polytope(), costs, dy, {.strength = strength, .step = step}).y, exact.y) < 1e-6);
    }
  }
}

TEST_CASE("EquationPolytope: the nearest point of a flat of many equations") {
  const Paths paths(9);  // 80 of them
  const EquationPolytope polytope = paths.polytope();
  const auto n = static_cast<std::size_t>(polytope.size());
  const Tensor from = standard_normal(paths.shape(1), 1), along = standard_normal(paths.shape(1), 2);
  std::vector<double> x(from.values().begin(), from.values().end()), d(along.values().begin(), along.values().end());
  polytope.project(x);
  polytope.project_direction(d);
  double product = 0;
  for (std::size_t i = 0; i < n; ++i) product += d[i] * (from.values()[i] - x[i]);
  CHECK(std::abs(product) < 1e-12);
  for (const LinearEquation& equation : paths.equations) {
    double at = 0, moved = 0;
    for (const auto& [entry, factor] : equation.terms) {
      at += factor * x[static_cast<std::size_t>(entry)];
      moved += factor * d[static_cast<std::size_t>(entry)];
    }
    CHECK(at == doctest::Approx(equation.value));
    CHECK(std::abs(moved) < 1e-12);
  }
}

TEST_CASE("davis_yin: with an upper bound, k of n, to which Regularized comes by another way") {
  for (const std::int64_t k : {1, 2, 4}) {
    const EquationPolytope subsets(6, {sum_of(6, static_cast<double>(k))}, 0, 1);
    const Tensor costs = standard_normal({20, 6}, 3), dy = standard_normal({20, 6}, 4);
    CHECK(farthest(run(subsets, costs, dy).y, regularized(TopK{.n = 6, .k = k}, costs, dy, 1).y) < 1e-6);
  }
  // Two of three by hand: the shift that makes their sum 1.
  CHECK(farthest(run(EquationPolytope(3, {sum_of(3, 1)}), Tensor({3}, {0, 0.5, 3}), Tensor(Shape{3})).y,
                 Tensor({3}, {0.75, 0.25, 0})) < 1e-7);
}

TEST_CASE("davis_yin: the gradient is that of one step from the fixed point, as if that did not move") {
  // On a simplex by hand: −α times dy of the positive entries less its mean.
  const EquationPolytope simplex(3, {sum_of(3, 1)});
  const RuleRun one = run(simplex, Tensor({3}, {0, 0.5, 3}), Tensor({3}, {3, 6, 9}), {.step = real(0.5)});
  CHECK(farthest(one.gradient, Tensor({3}, {0, -1.5, 1.5})) < 1e-12);
  // Anywhere by differences of that step.
  const Paths paths(3);
  const EquationPolytope polytope = paths.polytope();
  const DavisYinOptions options{.strength = 2, .step = real(0.8), .tolerance = 1e-13};
  const double alpha = 0.4;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Tensor costs = standard_normal(paths.shape(1), seed), dy = standard_normal(paths.shape(1), seed + 100);
    const auto n = static_cast<std::size_t>(costs.size());
    const RuleRun found = run(polytope, costs, dy, options);
    const auto step_from = [&](const std::vector<double>& z, const Tensor& at) {
      std::vector<double> moved(n), next(n);
      for (std::size_t i = 0; i < n; ++i) {
        const double x = std::max(z[i], 0.0);
        moved[i] = 2 * x - z[i] - alpha * (at.values()[i] + 2 * x);
      }
      polytope.project(moved);
      for (std::size_t i = 0; i < n; ++i) next[i] = z[i] - std::max(z[i], 0.0) + moved[i];
      return next;
    };
    std::vector<double> z(n, 0.0);
    for (int k = 0; k < 5000; ++k) z = step_from(z, costs);
    const auto loss_at = [&](const Tensor& at) {
      const std::vector<double> next = step_from(z, at);
      double sum = 0;
      for (std::size_t i = 0; i < n; ++i) sum += dy.values()[i] * std::max(next[i], 0.0);
      return sum;
    };
    for (std::int64_t i = 0; i < costs.size(); ++i) {
      Tensor up = costs, down = costs;
      up[i] += 1e-6;
      down[i] -= 1e-6;
      CHECK(found.gradient[i] == doctest::Approx((loss_at(up) - loss_at(down)) / 2e-6).epsilon(1e-6));
    }
  }
}

TEST_CASE("davis_yin: along the face its gradient is αλ times the derivative") {
  const Paths paths(4);
  std::int64_t moving = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const Tensor costs = standard_normal(paths.shape(1), seed), dy = standard_normal(paths.shape(1), seed + 100);
    const RuleRun free = run(paths.polytope(), costs, dy, {.strength = 2, .step = real(0.7)});
    const RuleRun exact = regularized(paths.solver(), costs, dy, 2);
    const double squared = dot(exact.gradient.values(), exact.gradient.values());
    CHECK(dot(free.gradient.values(), exact.gradient.values()) == doctest::Approx(0.7 * squared).epsilon(1e-9));
    moving += squared > 1e-3;
  }
  CHECK(moving > 20);
}

TEST_CASE("davis_yin: steps against its gradient lead to a wanted path") {
  const Paths paths(4);
  const Tensor wanted = solve(oracle_of(paths.solver()), standard_normal(paths.shape(8), 1));
  Tensor costs = standard_normal(paths.shape(8), 2);
  double first = 0, last = 0;
  for (int step = 0; step < 300; ++step) {
    Tape tape;
    const Var c = tape.variable(costs), loss = sum(square(davis_yin(c, paths.polytope()) - tape.constant(wanted)));
    tape.backward(loss);
    (step == 0 ? first : last) = loss.value().item();
    for (std::int64_t i = 0; i < costs.size(); ++i) costs[i] -= 0.5 * c.gradient()[i];
  }
  CHECK(first > 10);
  CHECK(last < 1e-6);
}

TEST_CASE("davis_yin: one thread and two give the same bits; a tape that is cleared takes no new memory") {
  const Paths paths(3);
  const Tensor costs = standard_normal(paths.shape(50), 1), dy = standard_normal(paths.shape(50), 2);
  const auto run_with = [&](int threads) {
    const ThreadLimit limit(threads);
    return run(paths.polytope(), costs, dy);
  };
  const RuleRun one = run_with(1), two = run_with(2);
  CHECK(one.y == two.y);
  CHECK(one.gradient == two.gradient);
  Tape tape;
  std::size_t allocations = 0;
  for (int step = 0; step < 4; ++step) {
    tape.clear();
    tape.backward(sum(square(davis_yin(tape.variable(costs), paths.polytope()))));
    if (step == 1) allocations = tape.allocations();
  }
  CHECK(tape.allocations() == allocations);
}

TEST_CASE("davis_yin: errors say what is wrong") {
  using Equations = std::vector<LinearEquation>;
  const auto refuses = [](const Equations& equations, double lower, double upper, const char* message) {
    CHECK_THROWS_WITH_AS(EquationPolytope(2, equations, lower, upper), doctest::Contains(message), ValueError);
  };
  refuses({{{{2, 1}}, 1}}, 0, 1, "EquationPolytope: equation 0 names entry 2 of 2");
  refuses({{{{0, NAN}}, 1}}, 0, 1, "EquationPolytope: equation 0 has a number that is not finite");
  refuses({}, 1, 0, "EquationPolytope: no number lies within 1 … 0");
  refuses({sum_of(2, 1), sum_of(2, 1), sum_of(2, 2)}, 0, 1, "EquationPolytope: equation 2 contradicts those before it");
  refuses({{{}, 1}}, 0, 1, "EquationPolytope: equation 0 contradicts those before it");
  CHECK_THROWS_WITH_AS(EquationPolytope(0, {}), doctest::Contains("EquationPolytope: n = 0 is not positive"),
                       ValueError);

  const EquationPolytope simplex(3, {sum_of(3, 1)});
  Tape tape;
  const Var costs = tape.variable(Tensor(Shape{2, 3}));
  const auto refuses_with = [&](const DavisYinOptions& options, const char* message) {
    CHECK_THROWS_WITH_AS(davis_yin(costs, simplex, options), doctest::Contains(message), ValueError);
  };
  refuses_with({.strength = 0}, "davis_yin: strength = 0 is not a positive number");
  refuses_with({.step = 2}, "davis_yin: step = 2 is not below 2");
  refuses_with({.tolerance = -1}, "davis_yin: tolerance = -1 is not a positive number");
  refuses_with({.iterations = 0}, "davis_yin: iterations = 0 is not a positive number");
  CHECK_THROWS_WITH_AS(davis_yin(tape.variable(Tensor(Shape{2, 4})), simplex),
                       doctest::Contains("davis_yin: costs [2,4] do not end in the polytope's 3 numbers"), ShapeError);
  CHECK_THROWS_WITH_AS(davis_yin(tape.variable(Tensor({2, 3}, {0, 0, 0, 0, NAN, 0})), simplex),
                       doctest::Contains("at instance 1, index 1 is not finite"), ValueError);
  // A sum of numbers from 0 on that is to be below 0.
  CHECK_THROWS_WITH_AS(davis_yin(costs, EquationPolytope(3, {sum_of(3, -1)}), {.iterations = 1000}),
                       doctest::Contains("no x satisfies all equations and bounds"), SolverError);
}
