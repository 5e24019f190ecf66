#include <cotape/engine/base/error.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/paths/grid_path.h>

#include <doctest/doctest.h>

#include <numeric>

#include "path_reference.h"

using namespace cotape;

namespace {

std::vector<real> solved(const GridPath& grid, const std::vector<real>& cost) {
  std::vector<real> solution(cost.size(), real(7));
  grid.solve(cost, solution);
  return solution;
}

double cost_of(const std::vector<real>& solution, const std::vector<real>& cost) {
  return std::inner_product(
      cost.begin(), cost.end(), solution.begin(), 0.0, [](double sum, double term) { return sum + term; },
      [](real c, real y) { return static_cast<double>(c) * static_cast<double>(y); });
}

// Whether the ones are a path from one cell to the other that nowhere touches itself: inside it every cell has two
// neighbours on the path, an end has one.
bool is_induced_path(const GridPath& grid, const SparseGraph& graph, const std::vector<real>& solution) {
  std::vector<int> degree(solution.size(), 0);
  int cells = 0, links = 0;
  for (const real y : solution) {
    if (y != 0 && y != 1) return false;
    cells += y == 1;
  }
  for (std::int64_t e = 0; e < graph.edge_count(); ++e)
    if (const auto [u, v] = graph.edge(e); solution[u] == 1 && solution[v] == 1) {
      ++degree[u];
      ++links;
    }
  const std::int64_t start = cell_number(grid, grid.start), end = cell_number(grid, grid.end);
  for (std::int64_t v = 0; v < graph.node_count(); ++v)
    if (solution[v] == 1 && degree[v] != (start == end ? 0 : v == start || v == end ? 1 : 2)) return false;
  // A path of n cells has n − 1 links in two directions; a circle beside it would bring one more.
  return solution[start] == 1 && solution[end] == 1 && links == 2 * (cells - 1);
}

GridPath random_grid(std::int64_t max_cells, std::int64_t max_rows, Rng& rng) {
  const std::int64_t height = 1 + rng.below(max_rows),
                     width = 1 + rng.below(std::min(max_rows + 2, max_cells / height));
  const auto cell = [&] { return GridCell{rng.below(2 * height) - height, rng.below(2 * width) - width}; };
  GridPath grid{.height = height, .width = width, .neighbours = rng.below(2) ? Neighbours::eight : Neighbours::four};
  if (rng.below(3) > 0) grid.start = cell(), grid.end = cell();
  return grid;
}

}  // namespace

TEST_CASE("grid_path: equals an enumeration of all paths on 20,000 instances, ties and zero costs among them") {
  Rng rng(1);
  int tied = 0, unique = 0;
  for (int config = 0; config < 200; ++config) {
    GridPath grid = random_grid(config % 20 == 0 ? 16 : 10, 4, rng);
    if (grid.height * grid.width > 12) grid.neighbours = Neighbours::four;
    const SparseGraph graph = graph_of(grid);
    const auto paths =
        all_paths(graph, cell_number(grid, grid.start), cell_number(grid, grid.end), PathParts::vertices);
    for (int i = 0; i < 100; ++i) {
      const std::vector<real> cost = path_costs(static_cast<std::size_t>(graph.node_count()), i % 4, rng);
      const std::vector<real> solution = solved(grid, cost);
      const std::uint64_t set = bits_of(solution);
      const BestPaths best = best_of(paths, cost);
      CAPTURE(config);
      CAPTURE(i);
      REQUIRE(std::binary_search(paths.begin(), paths.end(), set));
      REQUIRE(cost_of(set, cost) == best.cost);
      REQUIRE(std::popcount(set) == best.fewest_parts);
      REQUIRE(grid.tied(cost, solution) == (best.count > 1));
      ++(best.count > 1 ? tied : unique);
    }
  }
  CHECK(tied > 3000);
  CHECK(unique > 3000);
}

TEST_CASE("grid_path: all paths of a 4 × 4 grid with diagonals") {
  const GridPath grid{.height = 4, .width = 4};
  const auto paths = all_paths(graph_of(grid), 0, 15, PathParts::vertices);
  Rng rng(2);
  for (int i = 0; i < 60; ++i) {
    const std::vector<real> cost = path_costs(16, i % 3, rng);
    const std::vector<real> solution = solved(grid, cost);
    const BestPaths best = best_of(paths, cost);
    REQUIRE(cost_of(bits_of(solution), cost) == best.cost);
    REQUIRE(grid.tied(cost, solution) == (best.count > 1));
  }
}

TEST_CASE("grid_path: equals Bellman–Ford on 2,000 larger instances, and is a path") {
  Rng rng(3);
  for (int i = 0; i < 2000; ++i) {
    const GridPath grid = random_grid(1000, i % 100 == 0 ? 33 : 13, rng);
    const SparseGraph graph = graph_of(grid);
    const std::vector<real> cost = path_costs(static_cast<std::size_t>(graph.node_count()), i % 4, rng);
    const std::vector<real> solution = solved(grid, cost);
    std::vector<double> edge_cost;
    for (std::int64_t e = 0; e < graph.edge_count(); ++e)
      edge_cost.push_back(static_cast<double>(cost[graph.edge(e).to]));
    const std::int64_t start = cell_number(grid, grid.start), end = cell_number(grid, grid.end);
    const double best = bellman_ford(graph, start, edge_cost)[end] + static_cast<double>(cost[start]);
    CAPTURE(i);
    REQUIRE(cost_of(solution, cost) == best);
    REQUIRE(is_induced_path(grid, graph, solution));
  }
}

TEST_CASE("grid_path: winding ways are found, beyond the memory on the stack too") {
  // Walls with a gap at alternating ends, across and down: the path must run along all of them.
  for (const std::int64_t n : {9, 41, 121}) {
    for (const bool across : {true, false})
      for (const auto neighbours : {Neighbours::four, Neighbours::eight}) {
        const GridPath grid{.height = n, .width = n, .neighbours = neighbours};
        std::vector<real> cost(static_cast<std::size_t>(n * n), real(1));
        for (std::int64_t wall = 1; wall < n; wall += 2)
          for (std::int64_t i = 0; i < n; ++i)
            if (i != (wall % 4 == 1 ? n - 1 : 0)) cost[across ? wall * n + i : i * n + wall] = real(100 * n);
        const std::vector<real> solution = solved(grid, cost);
        double cells = 0;
        for (const real y : solution) cells += static_cast<double>(y);
        const double corridors = static_cast<double>(n + 1) / 2, gaps = static_cast<double>(n - 1) / 2;
        CHECK(cost_of(solution, cost) == cells);  // no wall is crossed
        // With diagonals both corners at a gap are cut.
        CHECK(cells == corridors * static_cast<double>(n) + gaps - (neighbours == Neighbours::eight ? 2 * gaps : 0));
      }
  }
}

TEST_CASE("grid_path: a small case by hand") {
  const GridPath grid{.height = 2, .width = 3};
  CHECK(solved(grid, {1, 9, 1, 1, 1, 1}) == std::vector<real>{1, 0, 0, 0, 1, 1});
  CHECK(solved({.height = 2, .width = 3, .neighbours = Neighbours::four}, {1, 9, 1, 1, 1, 1}) ==
        std::vector<real>{1, 0, 0, 1, 1, 1});
  CHECK(solved({.height = 2, .width = 3, .start = {1, 0}, .end = {0, -1}}, {1, 9, 1, 1, 1, 1}) ==
        std::vector<real>{0, 0, 1, 1, 1, 0});
  CHECK(solved({.height = 2, .width = 3, .start = {1, 1}, .end = {1, 1}}, {1, 9, 1, 1, 1, 1}) ==
        std::vector<real>{0, 0, 0, 0, 1, 0});
  CHECK(solved({.height = 1, .width = 1}, {5}) == std::vector<real>{1});
  // Rounding does not hide what float sums would lose: 2²⁴ + 1 is no float.
  CHECK(solved(grid, {16777216, 1, 1, 0, real(0.5), 0}) == std::vector<real>{1, 0, 0, 0, 1, 1});
}

TEST_CASE("grid_path: a dead end of zero cost beside the path is no tie, a way around is one") {
  const GridPath grid{.height = 1, .width = 4, .start = {0, 1}, .end = {0, 3}};
  const std::vector<real> cost = {0, 0, 0, 0};
  CHECK(grid.tied(cost, solved(grid, cost)) == false);
  const GridPath two_rows{.height = 2, .width = 3, .neighbours = Neighbours::four, .end = {0, 2}};
  const std::vector<real> around = {1, 0, 1, 0, 0, 0};
  CHECK(solved(two_rows, around) == std::vector<real>{1, 1, 1, 0, 0, 0});
  CHECK(two_rows.tied(around, solved(two_rows, around)) == true);
  const std::vector<real> blocked = {1, 0, 1, 0, 1, 0};
  CHECK(two_rows.tied(blocked, solved(two_rows, blocked)) == false);
}

TEST_CASE("grid_path: what it says of itself, and refusals") {
  const SolverTraits traits = GridPath{.height = 3, .width = 5}.traits();
  CHECK(traits.name == "grid_path");
  CHECK(traits.sense == Sense::minimise);
  CHECK(traits.shape == Shape{3, 5});
  CHECK(traits.domain == Domain{.lower = 0});
  CHECK(traits.exact);
  CHECK_FALSE(traits.constant_sum);
  CHECK_THROWS_WITH_AS(Solver(GridPath{.height = 0, .width = 5}), doctest::Contains("grid_path: 0 x 5 cells"),
                       ValueError);
  CHECK_THROWS_WITH_AS(Solver(GridPath{.height = 1 << 20, .width = 1 << 20}), doctest::Contains("more than 67108864"),
                       ValueError);
  CHECK_THROWS_WITH_AS(Solver(GridPath{.height = 2, .width = 5, .start = {2, 0}}),
                       "grid_path: start (2, 0) is outside of the grid of 2 x 5 cells", ValueError);
  CHECK_THROWS_WITH_AS(Solver(GridPath{.height = 2, .width = 5, .end = {-1, -6}}),
                       "grid_path: end (-1, -6) is outside of the grid of 2 x 5 cells", ValueError);
}

TEST_CASE("grid_path: scores below zero are counted as clamped costs") {
  Oracle oracle(GridPath{.height = 2, .width = 2});
  Tensor solutions(Shape{2, 2, 2});
  oracle.argmax(Tensor({2, 2, 2}, {-1, 3, -1, -1, -1, -2, -1, 4}), solutions);
  CHECK(oracle.diagnostics().clamped == 2);
  CHECK(solutions == Tensor({2, 2, 2}, {1, 0, 0, 1, 1, 0, 0, 1}));
}

TEST_CASE("grid_path: an instance's own ends and blocked cells equal an enumeration, 20,000 times") {
  Rng rng(5);
  int none = 0, found = 0, corners = 0;
  for (int config = 0; config < 1000; ++config) {
    GridPath grid = random_grid(12, 4, rng);
    const GridPathInstance instance_at{grid.start, grid.end, {}};
    const auto cells = static_cast<std::size_t>(grid.height * grid.width);
    GridPathInstance instance = instance_at;
    for (std::size_t i = 0; i < cells; ++i) instance.blocked.push_back(rng.below(4) == 0);
    grid.corners = rng.below(2) ? Corners::cut : Corners::walk_around;
    const std::int64_t start = cell_number(grid, grid.start), end = cell_number(grid, grid.end);
    // The graph without what is blocked: cells, and steps around a corner.
    const SparseGraph all = graph_of(grid);
    std::vector<Edge> edges;
    for (std::int64_t e = 0; e < all.edge_count(); ++e) {
      const auto [u, v] = all.edge(e);
      const std::int64_t beside = u / grid.width * grid.width + v % grid.width,
                         other = v / grid.width * grid.width + u % grid.width;
      const bool diagonal = beside != u && beside != v;
      if (instance.blocked[u] || instance.blocked[v]) continue;
      if (diagonal && grid.corners == Corners::walk_around && (instance.blocked[beside] || instance.blocked[other])) {
        ++corners;
        continue;
      }
      edges.push_back({u, v});
    }
    const SparseGraph graph = SparseGraph::directed(all.node_count(), edges);
    const auto paths = instance.blocked[start] || instance.blocked[end]
                           ? std::vector<std::uint64_t>{}
                           : all_paths(graph, start, end, PathParts::vertices);
    grid.start = grid.end = {0, 0};  // the instance's count
    for (int i = 0; i < 20; ++i) {
      const std::vector<real> cost = path_costs(cells, i % 4, rng);
      std::vector<real> solution(cells, real(7));
      CAPTURE(config);
      if (paths.empty()) {
        REQUIRE_THROWS_WITH_AS(grid.solve(cost, instance, solution), doctest::Contains("no path leads from"),
                               SolverError);
        ++none;
        continue;
      }
      grid.solve(cost, instance, solution);
      const BestPaths best = best_of(paths, cost);
      REQUIRE(std::binary_search(paths.begin(), paths.end(), bits_of(solution)));
      REQUIRE(cost_of(bits_of(solution), cost) == best.cost);
      REQUIRE(std::popcount(bits_of(solution)) == best.fewest_parts);
      REQUIRE(grid.tied(cost, instance, solution) == (best.count > 1));
      ++found;
    }
    std::vector<real> mask(cells, real(7));
    grid.mask(instance, mask);
    for (std::size_t i = 0; i < cells; ++i) REQUIRE(mask[i] == (instance.blocked[i] ? 0 : 1));
  }
  CHECK(none > 4000);
  CHECK(found > 8000);
  CHECK(corners > 100);
}

TEST_CASE("grid_path: instances that cannot be solved are named by their place in the batch") {
  Oracle oracle(GridPath{.height = 2, .width = 2});
  const Tensor scores({2, 2, 2}, real(-1));
  Tensor solutions(scores.shape());
  using Data = std::vector<GridPathInstance>;
  oracle.argmax(scores, solutions, Phase::forward, Data{{{0, 0}, {0, 1}, {}}, {{0, 0}, {1, 1}, {0, 1, 0, 0}}});
  CHECK(solutions == Tensor({2, 2, 2}, {1, 1, 0, 0, 1, 0, 0, 1}));
  CHECK_THROWS_WITH_AS(oracle.argmax(scores, solutions, Phase::forward, Data{{}, {{2, 0}, {0, 1}, {}}}),
                       "grid_path: instance 1: start (2, 0) is outside of the grid of 2 x 2 cells", SolverError);
  CHECK_THROWS_WITH_AS(oracle.argmax(scores, solutions, Phase::forward, Data{{}, {{0, 0}, {1, 1}, {0, 1}}}),
                       "grid_path: instance 1: 2 marks of blocked cells for 2 x 2 cells", SolverError);
}
