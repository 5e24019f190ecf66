#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/assignment/assignment.h>
#include <cotape/solvers/knapsack/knapsack.h>
#include <cotape/solvers/paths/shortest_path.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/ranking.h>
#include <cotape/solvers/select/topk.h>
#include <cotape/solvers/tsp/tsp.h>

#include <algorithm>
#include <optional>
#include <set>

using namespace cotape;

namespace {

using Numbers = std::vector<real>;

SparseGraph grid(std::int64_t height, std::int64_t width) {
  std::vector<Edge> edges;
  for (std::int64_t i = 0; i < height; ++i)
    for (std::int64_t j = 0; j < width; ++j) {
      if (j + 1 < width) edges.push_back({i * width + j, i * width + j + 1});
      if (i + 1 < height) edges.push_back({i * width + j, (i + 1) * width + j});
    }
  return SparseGraph::directed(height * width, edges);
}

struct Row {
  Solver solver;
  std::size_t solutions;  // that there are in all
  std::optional<Instances> data = {};
};

std::vector<Row> rows() {
  const auto with = [](auto instance) { return Instances(std::vector{instance}); };
  return {
      {TopK{.n = 6, .k = 3}, 20},
      {TopK{.n = 4, .k = 4}, 1},
      {TopK{.n = 5, .k = 2}, 3, with(TopKInstance{.k = 1, .allowed = {1, 0, 1, 1, 0}})},
      {Ranking{.n = 5}, 120},
      {Ranking{.n = 4, .values = {0, 0, 1, 2}}, 12},
      {Enumerated{all_subsets(5, 2)}, 10},
      {Assignment{.rows = 4, .columns = 4}, 24},
      {Assignment{.rows = 2, .columns = 4}, 12},
      {Assignment{.rows = 4, .columns = 2}, 12},
      {Assignment{.rows = 3, .columns = 3}, 3,
       with(Assignment::Instance{.rows = 2, .columns = 3, .allowed = {1, 0, 1, 1, 1, 0, 1, 1, 1}})},
      {Tsp{3}, 1},
      {Tsp{4}, 3},
      {Tsp{6}, 60},
      {Tsp{6}, 12, with(TspInstance{{1, 1, 0, 1, 1, 1}})},
      {ShortestPath(grid(3, 4), 0, 11), 10},
      {ShortestPath(grid(3, 3), 0, 8), 3,
       with(ShortestPathInstance{.edges = {{1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}}, .source = 0, .target = 8})},
      // {}, three single ones, {0, 1}, {0, 2}, {1, 2}
      {Knapsack{.n = 3, .fixed = {{2, 2, 1}, 4}}, 7},
      // 0, 1 or 2 copies of the first, none or one of the second, which nothing else fits beside
      {Knapsack{.n = 2, .fixed = {{0.1, 0.3}, 0.3, {2, 1}}}, 4},
      {Knapsack{.n = 3, .fixed = {{1, 1, 1, 1, 2, 3}, std::vector{2.0, 3.0}}}, 5},
      {Knapsack{.n = 4}, 4, with(KnapsackInstance({1, 2}, 3))},
  };
}

}  // namespace

TEST_CASE("neighbours: moves lead to all solutions, to no others, to another one each, and back") {
  for (const Row& row : rows()) {
    const SolverTraits& traits = row.solver.traits();
    CAPTURE(traits.name);
    CAPTURE(row.solutions);
    REQUIRE(row.solver.can(Ability::neighbours));
    const InstanceView data = row.data ? (*row.data)[0] : InstanceView();
    Numbers cost(static_cast<std::size_t>(traits.shape.size())), start(cost.size());
    for (std::size_t i = 0; i < cost.size(); ++i) cost[i] = static_cast<real>((7 * i) % 5 + 1);
    row.solver.solve(cost, start, data);

    std::set<Numbers> found = {start};
    std::vector<Numbers> waiting = {start};
    const auto neighbours_of = [&](const Numbers& y) {
      std::multiset<Numbers> all;
      for (std::int64_t which = 0; which < row.solver.neighbour_count(y, data); ++which) {
        Numbers other(y.size(), 7);
        row.solver.neighbour(y, which, other, data);
        all.insert(other);
      }
      return all;
    };
    while (!waiting.empty()) {
      const Numbers y = waiting.back();
      waiting.pop_back();
      const std::multiset<Numbers> others = neighbours_of(y);
      CHECK(others.count(y) == 0);
      for (const Numbers& other : others) {
        CHECK(others.count(other) == 1);
        CHECK(neighbours_of(other).count(y) == 1);
        if (found.insert(other).second) waiting.push_back(other);
      }
    }
    CHECK(found.size() == row.solutions);
    // Whatever is best is among them.
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      Rng rng(seed);
      for (real& entry : cost) entry = rng.uniform();
      Numbers best(cost.size());
      row.solver.solve(cost, best, data);
      CHECK(found.count(best) == 1);
    }
  }
}

TEST_CASE("neighbours: of parallel edges each is a way of its own") {
  const Solver solver = ShortestPath(SparseGraph::directed(3, {{0, 1}, {1, 2}, {1, 2}, {0, 2}}), 0, 2);
  const Numbers y = {1, 1, 0, 0};
  REQUIRE(solver.neighbour_count(y) == 1);
  Numbers other(4);
  solver.neighbour(y, 0, other);
  CHECK(other == Numbers{1, 0, 1, 0});
  CHECK(solver.neighbour_count(Numbers{0, 0, 0, 1}) == 0);  // one edge alone
}

TEST_CASE("neighbours: errors say what is wrong") {
  Numbers other(4);
  CHECK_THROWS_WITH_AS(Solver(Enumerated{all_subsets(4, 2)}).neighbour(Numbers{1, 0, 0, 0}, 0, other),
                       "the solution is not one of the 6 that are listed", SolverError);
  CHECK_THROWS_WITH_AS(
      Solver(Assignment{.rows = 2, .columns = 2, .unassigned_cost = 1}).neighbour_count(Numbers{1, 0, 0, 1}),
      "constraints and moves are those of assignments without an unassigned_cost, here 1", SolverError);
}
