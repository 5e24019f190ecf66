#include <cotape/engine/base/error.h>
#include <cotape/solvers/assignment/assignment.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/rules/identity.h>

#include <doctest/doctest.h>

#include <cmath>

#include "pair_reference.h"

using namespace cotape;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

enum class Kind { ties, normal, huge, tiny };

real random_cost(Kind kind, Rng& rng) {
  const real uniform = 2 * rng.uniform() - 1;
  switch (kind) {
    case Kind::ties:
      return static_cast<real>(rng.below(5) - 2);
    case Kind::huge:
      return uniform * real(3e38);
    case Kind::tiny:
      return uniform * real(1e-38);
    default:
      return uniform;
  }
}

std::vector<real> random_costs(std::int64_t count, Kind kind, Rng& rng) {
  std::vector<real> costs;
  for (std::int64_t k = 0; k < count; ++k) costs.push_back(random_cost(kind, rng));
  return costs;
}

std::vector<real> solved(const Solver& solver, const std::vector<real>& cost) {
  std::vector<real> solution(cost.size(), real(7));
  solver.solve(cost, solution);
  return solution;
}

// Duals that prove that a result is best, for costs no larger than that of leaving out.
void check_duals(const AssignmentResult& result, const std::vector<double>& cost, std::int64_t rows,
                 std::int64_t columns, std::optional<double> unassigned, double tolerance) {
  const double limit = unassigned.value_or(infinity);
  double dual_sum = 0, pairs = 0;
  for (const double u : result.row_duals) dual_sum += u;
  for (const double v : result.column_duals) dual_sum += v;
  std::vector<bool> column_used(static_cast<std::size_t>(columns), false);
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < columns; ++j) {
      const double slack = std::min(limit, cost[static_cast<std::size_t>(i * columns + j)]) -
                           result.row_duals[static_cast<std::size_t>(i)] -
                           result.column_duals[static_cast<std::size_t>(j)];
      REQUIRE(slack >= -tolerance);
      if (result.column_of_row[static_cast<std::size_t>(i)] != j) continue;
      REQUIRE(slack <= tolerance);
      REQUIRE_FALSE(column_used[static_cast<std::size_t>(j)]);
      column_used[static_cast<std::size_t>(j)] = true;
      ++pairs;
    }
  const auto few = static_cast<double>(std::min(rows, columns));
  const double left_out = unassigned && pairs < few ? *unassigned * (few - pairs) : 0;
  if (!unassigned) REQUIRE(pairs == few);
  REQUIRE(std::abs(dual_sum - result.cost - left_out) <= tolerance * static_cast<double>(rows + columns));
  const auto& free_side = rows > columns ? result.row_duals : result.column_duals;
  if (rows != columns)
    for (const double dual : free_side) REQUIRE(dual <= tolerance);
}

}  // namespace

TEST_CASE("assignment: equals an enumeration of all choices on 20,000 instances") {
  Rng rng(1);
  int tied = 0, unique = 0, infeasible = 0, partial = 0, wide = 0, high = 0;
  for (int instance = 0; instance < 20000; ++instance) {
    CAPTURE(instance);
    const auto kind = static_cast<Kind>(instance % 4);
    const std::int64_t rows = 1 + rng.below(8), columns = instance % 3 == 0 ? rows : 1 + rng.below(8);
    Assignment solver{.rows = rows, .columns = columns};
    if (instance % 5 == 0) solver.unassigned_cost = random_cost(kind, rng);
    const std::vector<real> cost = random_costs(rows * columns, kind, rng);
    Assignment::Instance data;
    std::vector<double> shown(cost.begin(), cost.end());
    if (instance % 7 < 3)
      for (double& c : shown) {
        data.allowed.push_back(static_cast<std::uint8_t>(rng.below(2)));
        if (data.allowed.back() == 0) c = infinity;
      }
    std::optional<double> unassigned;
    if (solver.unassigned_cost) unassigned = static_cast<double>(*solver.unassigned_cost);
    const BestPairs best = best_pairs(shown, rows, columns, unassigned);

    std::vector<real> solution(cost.size());
    if (best.count == 0) {
      REQUIRE_THROWS_WITH_AS(solver.solve(cost, data, solution), doctest::Contains("without a forbidden one"),
                             SolverError);
      ++infeasible;
      continue;
    }
    solver.solve(cost, data, solution);
    std::int64_t pairs = 0;
    REQUIRE(is_pairing(solution, rows, columns, pairs));
    double value = unassigned ? *unassigned * static_cast<double>(rows - pairs) : 0;
    double largest = std::abs(unassigned.value_or(0));
    for (std::size_t k = 0; k < cost.size(); ++k) {
      if (solution[k] != 0) value += shown[k];
      largest = std::max(largest, std::abs(static_cast<double>(cost[k])));
    }
    if (!unassigned) REQUIRE(pairs == std::min(rows, columns));
    if (kind == Kind::ties) {
      REQUIRE(value == best.cost);
      REQUIRE(solver.tied(cost, data, solution) == (best.count > 1));
      ++(best.count > 1 ? tied : unique);
    } else {
      REQUIRE(std::abs(value - best.cost) <= 1e-14 * largest);
    }
    partial += unassigned.has_value();
    wide += rows < columns;
    high += rows > columns;
    if (data.allowed.empty()) {  // without data the answer is the same
      std::vector<real> again(cost.size());
      solver.solve(cost, again);
      REQUIRE(again == solution);
      if (kind == Kind::ties) REQUIRE(solver.tied(cost, solution) == (best.count > 1));
    }
  }
  CHECK(tied > 2000);
  CHECK(unique > 800);
  CHECK(infeasible > 800);
  CHECK(partial > 3000);
  CHECK(wide > 4000);
  CHECK(high > 4000);
}

TEST_CASE(
    "assignment: duals prove the answer for 200 rows, square, wide, high and partial, with ties and forbidden pairs") {
  Rng rng(2);
  int proven = 0;
  for (const auto& [rows, columns] :
       {std::pair(200, 200), std::pair(200, 240), std::pair(230, 200), std::pair(40, 200)})
    for (const int values : {0, 3, 100})
      for (const bool partial : {false, true})
        for (const bool forbidden : {false, true}) {
          std::vector<double> cost;
          for (std::int64_t k = 0; k < rows * columns; ++k)
            cost.push_back(forbidden && rng.below(3) == 0 ? infinity
                           : values == 0                  ? static_cast<double>(rng.uniform())
                                                          : static_cast<double>(rng.below(values)));
          const std::optional<double> unassigned =
              partial ? std::optional(values == 0 ? 0.01 : values / 3.0) : std::nullopt;
          const AssignmentResult result = solve_assignment(cost, rows, columns, unassigned);
          check_duals(result, cost, rows, columns, unassigned, values == 100 ? 1e-9 : 1e-12);
          ++proven;
        }
  CHECK(proven == 48);
}

TEST_CASE("assignment: the layer, smaller instances and forbidden pairs, and the number of the instance in errors") {
  const Assignment solver{.rows = 3, .columns = 4};
  const Solver any = solver;
  CHECK(any.traits().shape == Shape{3, 4});
  CHECK(any.traits().constant_sum);
  CHECK_FALSE(Solver(Assignment{.rows = 2, .columns = 2, .unassigned_cost = real(1)}).traits().constant_sum);
  CHECK_FALSE(Solver(Assignment{.rows = 2, .columns = 2, .unassigned_cost = real(1)}).traits().scale_invariant);
  CHECK(solved(any, {1, 9, 9, 9, 9, 9, 1, 9, 1, 9, 9, 5}) == std::vector<real>{1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1});

  std::vector<Assignment::Instance> data(3);
  data[1] = {.rows = 1, .columns = 2};
  data[2].allowed = {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  const auto layer = differentiable(solver, Identity{});
  Tape tape;
  Tensor cost(Shape{3, 3, 4});
  for (std::int64_t k = 0; k < cost.size(); ++k) cost[k] = static_cast<real>(k % 12);
  cost.at({1, 0, 2}) = std::numeric_limits<real>::quiet_NaN();  // padding
  const Var y = layer(tape.variable(cost), data);
  CHECK(y.value().at({1, 0, 0}) == 1);
  real ones = 0;
  for (std::int64_t k = 12; k < 24; ++k) ones += y.value()[k];
  CHECK(ones == 1);
  CHECK(y.value().at({2, 0, 0}) == 0);

  data[0] = {.rows = 0, .columns = 0};  // nothing to assign
  CHECK(layer(tape.variable(cost), data).value().at({0, 0, 0}) == 0);
  data[2].allowed = {0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1};
  CHECK_THROWS_WITH_AS(
      layer(tape.variable(cost), data),
      doctest::Contains("instance 2: assignment: there are no 3 pairs of 3 rows and 4 columns without"), SolverError);
  data[2].allowed = {1};
  CHECK_THROWS_WITH_AS(layer(tape.variable(cost), data),
                       doctest::Contains("1 entries of `allowed` for a solver of 3 x 4"), ValueError);
  data[2] = {.rows = 4};
  CHECK_THROWS_WITH_AS(layer(tape.variable(cost), data), doctest::Contains("an instance of 4 x -1 pairs"), ValueError);
}

TEST_CASE("assignment: refusals") {
  CHECK_THROWS_WITH_AS(Solver(Assignment{.rows = 0}), doctest::Contains("0 x 1 pairs are none"), ValueError);
  CHECK_THROWS_WITH_AS(Solver(Assignment{.rows = 1 << 20, .columns = 1 << 20}), doctest::Contains("more than 67108864"),
                       ValueError);
  CHECK_THROWS_WITH_AS(Solver(Assignment{.unassigned_cost = std::numeric_limits<real>::infinity()}),
                       doctest::Contains("unassigned_cost = inf is not finite"), ValueError);
  const std::vector<double> cost = {1, 2, 3, NAN};
  CHECK_THROWS_WITH_AS(solve_assignment(cost, 2, 3), doctest::Contains("4 costs for 2 x 3 pairs"), ShapeError);
  CHECK_THROWS_WITH_AS(solve_assignment(cost, 2, 2), doctest::Contains("at index 3 is neither finite nor"), ValueError);
}
