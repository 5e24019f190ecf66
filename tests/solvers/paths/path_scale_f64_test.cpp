#include <cotape/engine/base/error.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/paths/shortest_path.h>

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "../solved.h"

using namespace cotape;

namespace {

constexpr double smallest = std::numeric_limits<double>::denorm_min(), largest = std::numeric_limits<double>::max();

}  // namespace

TEST_CASE("grid_path: the smallest and the largest numbers there are") {
  const GridPath grid{.height = 3, .width = 3, .neighbours = Neighbours::four};
  const std::vector<double> cheapest = {1, 0, 0, 1, 1, 0, 0, 1, 1};
  for (const double unit : {smallest, 1e-310, 1.0, largest / 4}) {
    CAPTURE(unit);
    // The cheapest path costs 9 units, which overflows in the last case; no other is below 10.
    const std::vector<double> cost = {unit,     3 * unit, 4 * unit, 2 * unit, 2 * unit,
                                      4 * unit, 4 * unit, 2 * unit, 2 * unit};
    CHECK(solved(grid, cost) == cheapest);
    CHECK(grid.tied(cost, cheapest) == false);
  }
  const std::vector<double> even(9, largest);
  CHECK(grid.tied(even, solved(grid, even)) == true);
}

TEST_CASE("shortest_path: sums of costs that overflow, up or down, on the way") {
  // 0 → 1 → 2 → 3, and 0 → 3 at once.
  const auto chain = SparseGraph::directed(4, {{0, 1}, {1, 2}, {2, 3}, {0, 3}});
  const ShortestPath path(chain, 0, 3);
  CHECK(solved(path, {largest, largest, largest, largest}) == std::vector<double>{0, 0, 0, 1});
  CHECK(solved(path, {largest, largest, -largest, largest}) == std::vector<double>{0, 0, 0, 1});
  // The first two overflow; all three together cost less than the fourth.
  CHECK(solved(path, {largest, largest / 2, -largest, largest * 0.75}) == std::vector<double>{1, 1, 1, 0});
  CHECK(solved(path, {-largest, -largest, largest, -largest / 2}) == std::vector<double>{1, 1, 1, 0});
  CHECK(solved(path, {smallest, smallest, smallest, 4 * smallest}) == std::vector<double>{1, 1, 1, 0});
  CHECK(solved(path, {smallest, smallest, smallest, 2 * smallest}) == std::vector<double>{0, 0, 0, 1});

  // With a cycle 1 → 2 → 1: Dijkstra's method and Bellman and Ford's.
  const auto cyclic = SparseGraph::directed(4, {{0, 1}, {1, 2}, {2, 1}, {2, 3}});
  const std::vector<double> only_path = {1, 1, 0, 1};
  CHECK(solved(ShortestPath(cyclic, 0, 3), {largest, largest, largest, largest}) == only_path);
  const ShortestPath any(cyclic, 0, 3, EdgeCosts::any);
  CHECK(solved(any, {largest, largest, largest, largest}) == only_path);
  CHECK(solved(any, {-largest, -largest, largest, -largest}) == only_path);
  CHECK_THROWS_AS(solved(any, {-largest, -largest, largest / 2, -largest}), SolverError);
}

TEST_CASE("shortest_path: overflow with data of instances, where some nodes are never reached") {
  // 0 → 1 → 2 → 3, 0 → 3, a cycle 1 → 0, and a node 4 that leads to 1.
  const auto graph = SparseGraph::directed(5, {{0, 1}, {1, 2}, {2, 3}, {0, 3}, {1, 0}, {4, 1}});
  const ShortestPathInstance all{{}, 0, 3}, no_short_cut{{{1, 1, 1, 0, 1, 1}}, 0, 3};
  for (const EdgeCosts costs : {EdgeCosts::nonnegative, EdgeCosts::any}) {
    const ShortestPath path(graph, costs);
    const auto answer = [&](const ShortestPathInstance& instance, const std::vector<double>& cost) {
      std::vector<double> solution(cost.size());
      path.solve(cost, instance, solution);
      return solution;
    };
    const std::vector<double> chain = {1, 1, 1, 0, 0, 0}, edge = {0, 0, 0, 1, 0, 0};
    CHECK(answer(all, std::vector<double>(6, largest)) == edge);
    CHECK(answer(no_short_cut, std::vector<double>(6, largest)) == chain);
    CHECK(answer(all, {smallest, smallest, smallest, 4 * smallest, largest, largest}) == chain);
    CHECK(answer(all, {smallest, smallest, smallest, 2 * smallest, largest, largest}) == edge);
  }
}
