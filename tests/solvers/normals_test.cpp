#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/random.h>
#include <cotape/engine/base/tensor.h>
#include <cotape/solvers/assignment/assignment.h>
#include <cotape/solvers/knapsack/knapsack.h>
#include <cotape/solvers/losses/nonnegative_least_squares.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/paths/shortest_path.h>
#include <cotape/solvers/select/ranking.h>
#include <cotape/solvers/select/topk.h>
#include <cotape/solvers/tsp/tsp.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

using namespace cotape;

namespace {

// From 0 over one of two vertices and then one of two others to 5, or straight on; with `back` there are cycles.
SparseGraph two_by_two(bool back) {
  std::vector<Edge> edges = {{0, 1}, {0, 2}, {1, 3}, {1, 4}, {2, 3}, {2, 4}, {3, 5}, {4, 5}, {0, 5}};
  if (back) edges.insert(edges.end(), {{3, 1}, {4, 4}});
  return SparseGraph::directed(6, edges);
}

struct Row {
  Solver solver;
  bool complete = false;  // whether the constraints describe no more than the means of the solutions
  std::optional<Instances> data = {};
};

std::vector<Row> rows() {
  const auto with = [](auto instance) { return Instances(std::vector{instance}); };
  return {
      {TopK{.n = 5, .k = 2}, true},
      {TopK{.n = 5, .k = 5}, true},
      {TopK{.n = 5, .k = 2}, true, with(TopKInstance{.k = 1, .allowed = {1, 0, 1, 1, 0}})},
      {Ranking{.n = 5}, true},
      {Ranking{.n = 4, .sense = Sense::minimise, .values = {-1, 0, real(0.5), 7}}, true},
      {ShortestPath(two_by_two(false), 0, 5), true},
      {ShortestPath(two_by_two(true), 0, 5)},
      {ShortestPath(two_by_two(false), 0, 5), true,
       with(ShortestPathInstance{.edges = {{1, 1, 1, 0, 1, 1, 1, 1, 0}}, .source = 0, .target = 5})},
      {ShortestPath(two_by_two(false)), true, with(ShortestPathInstance{.edges = {}, .source = 1, .target = 5})},
      {Assignment{.rows = 3, .columns = 3}, true},
      {Assignment{.rows = 2, .columns = 3}, true},
      {Assignment{.rows = 3, .columns = 2}, true},
      {Assignment{.rows = 3, .columns = 3}, true,
       with(Assignment::Instance{.rows = 2, .columns = 3, .allowed = {1, 0, 1, 1, 1, 0, 1, 1, 1}})},
      {Knapsack{.n = 5, .fixed = {{3, 1, 2, 2, 9}, 5}}},
      {Knapsack{.n = 5, .fixed = {{0.3, 0.1, 0.2, 0.25, 0.35}, 0.55, {1, 2, 1, 3, 0}}}},
      {Knapsack{.n = 5, .fixed = {{3, 1, 2, 2, 4, 1, 1, 1, 2, 1}, std::vector{6.0, 3.0}}}},
      {Knapsack{.n = 5}, false, with(KnapsackInstance({1, 2, 3}, 3))},
      {Tsp{5}},
      {Tsp{7}},
      {Tsp{6}, false, with(TspInstance{{1, 1, 0, 1, 1, 1}})},
  };
}

Tensor random_costs(const SolverTraits& traits, std::uint64_t seed) {
  Tensor cost(traits.shape);
  Rng(seed).uniform(cost);
  if (traits.domain.lower < 0)
    for (real& entry : cost.values()) entry -= real(0.5);
  return cost;
}

double value(std::span<const real> a, std::span<const real> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

double product(std::span<const Normals::Term> normal, std::span<const real> y) {
  double sum = 0;
  for (const Normals::Term& term : normal)
    sum += term.factor * static_cast<double>(y[static_cast<std::size_t>(term.entry)]);
  return sum;
}

using Numbers = std::vector<real>;

Numbers solution_of(const Row& row, std::span<const real> cost) {
  Numbers y(cost.size());
  row.solver.solve(cost, y, row.data ? (*row.data)[0] : InstanceView());
  return y;
}

Normals normals_of(const Row& row, const Numbers& y) {
  Normals out;
  row.solver.normals(y, out, row.data ? (*row.data)[0] : InstanceView());
  return out;
}

}  // namespace

TEST_CASE("normals: constraints hold for every solution, and bind at the one that they were asked for") {
  for (const Row& row : rows()) {
    const SolverTraits& traits = row.solver.traits();
    CAPTURE(traits.name);
    REQUIRE(row.solver.can(Ability::normals));
    std::set<Numbers> solutions;
    for (std::uint64_t seed = 1; seed <= 200; ++seed)
      solutions.insert(solution_of(row, random_costs(traits, seed).values()));
    Numbers mask(static_cast<std::size_t>(traits.shape.size()), 1);
    if (row.data) row.solver.mask(mask, (*row.data)[0]);
    for (const Numbers& y : solutions) {
      const Normals normals = normals_of(row, y);
      for (std::int64_t j = 0; j < normals.count(); ++j) {
        std::set<std::int64_t> entries;
        for (const Normals::Term& term : normals.terms(j)) {
          REQUIRE(term.entry >= 0);
          REQUIRE(term.entry < traits.shape.size());
          CHECK(mask[static_cast<std::size_t>(term.entry)] == 1);
          CHECK(entries.insert(term.entry).second);
        }
        const double bound = product(normals.terms(j), y);
        for (const Numbers& other : solutions) {
          CHECK(product(normals.terms(j), other) <= bound + 1e-6);
          if (normals.is_equation(j)) CHECK(product(normals.terms(j), other) >= bound - 1e-6);
        }
      }
    }
  }
}

TEST_CASE("normals: a solution is best for every score of its cone; complete ones have every score for which it is") {
  for (const Row& row : rows()) {
    const SolverTraits& traits = row.solver.traits();
    const real sign = traits.sense == Sense::minimise ? real(-1) : real(1);
    Numbers mask(static_cast<std::size_t>(traits.shape.size()), 1);
    if (row.data) row.solver.mask(mask, (*row.data)[0]);
    CAPTURE(traits.name);
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      const Tensor cost = random_costs(traits, seed);
      const Numbers y = solution_of(row, cost.values());
      const Normals normals = normals_of(row, y);

      Rng rng(seed);
      Numbers mixed(y.size());
      for (std::int64_t j = 0; j < normals.count(); ++j) {
        const real weight = normals.is_equation(j) ? rng.uniform() - real(0.5) : rng.uniform();
        for (const Normals::Term& term : normals.terms(j))
          mixed[static_cast<std::size_t>(term.entry)] += sign * weight * static_cast<real>(term.factor);
      }
      if (!traits.domain.bounded()) {
        const double best = value(mixed, solution_of(row, mixed)), own = value(mixed, y);
        CHECK(std::abs(best - own) < 1e-4);
      }

      if (!row.complete) continue;
      std::vector<double> score;
      for (std::size_t i = 0; i < y.size(); ++i)
        score.push_back(mask[i] == 0 ? 0 : static_cast<double>(sign * cost.values()[i]));
      NonNegativeLeastSquares nearest;
      nearest.solve(score, normals);
      for (std::size_t i = 0; i < score.size(); ++i) CHECK(std::abs(nearest.fit()[i] - score[i]) < 1e-6);
    }
  }
}

TEST_CASE("normals: of tours, the degrees, bounds and pieces of at most half the cities") {
  const Row row{Tsp{6}};
  const Numbers y = solution_of(row, random_costs(row.solver.traits(), 1).values());
  const Normals normals = normals_of(row, y);
  std::int64_t pieces = 0, degrees = 0, bounds = 0;
  for (std::int64_t j = 0; j < normals.count(); ++j) {
    const auto terms = normals.terms(j);
    pieces += !normals.is_equation(j) && terms.size() == 3;  // of three cities, of which three are not said twice
    degrees += normals.is_equation(j) && terms.size() == 5;
    bounds += !normals.is_equation(j) && terms.size() == 1;
  }
  CHECK(pieces == 3);
  CHECK(degrees == 6);
  CHECK(bounds == 15);
}

TEST_CASE("normals: who cannot say what binds is refused by name") {
  Normals normals;
  Numbers y(9);
  CHECK_THROWS_WITH_AS(Solver(GridPath{.height = 3, .width = 3}).normals(y, normals),
                       "grid_path: it has no ability 'normals' (normals())", ValueError);
  CHECK_THROWS_WITH_AS(Solver(Ranking{.n = 3, .values = {0, 0, 1}}).normals(Numbers{0, 1, 0}, normals),
                       "of equal values, here 0, any subset binds: they are too many", SolverError);
  CHECK_THROWS_WITH_AS(Solver(Assignment{.rows = 3, .columns = 3, .unassigned_cost = real(0.5)}).normals(y, normals),
                       "constraints and moves are those of assignments without an unassigned_cost, here 0.5",
                       SolverError);
  CHECK_THROWS_WITH_AS(Solver(Tsp{3}).normals(y, normals), "the solution is not a tour", SolverError);
  y = {0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  CHECK_THROWS_WITH_AS(Solver(Tsp{4}).normals(y, normals), "the solution is not a tour", SolverError);
}
