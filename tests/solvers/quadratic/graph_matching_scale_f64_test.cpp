#include <cotape/solvers/quadratic/graph_matching.h>

#include <doctest/doctest.h>

#include <cmath>

#include "../../instance_count.h"
#include "graph_matching_reference.h"

using namespace cotape;

TEST_CASE("graph_matching: costs from 1e-308 to 1e308 are solved as their multiples of ordinary size are") {
  Rng rng(1);
  const std::int64_t count = instance_count(1000);
  for (std::int64_t instance = 0; instance < count; ++instance) {
    CAPTURE(instance);
    const std::int64_t left = 1 + rng.below(6), right = 1 + rng.below(6);
    const MatchedGraphs graphs{
        random_loopless_graph(left, rng.below(8), rng), random_loopless_graph(right, rng.below(8), rng), {}};
    const GraphMatchingLayout layout{left, right, graphs.left.edge_count(), graphs.right.edge_count()};
    std::vector<double> cost(static_cast<std::size_t>(layout.size())), found(cost.size()), scaled_found(cost.size());
    for (double& c : cost) c = static_cast<double>(rng.below(instance % 2 == 0 ? 9 : 1000000) - 4);
    GraphMatching solver{.layout = layout};
    if (instance % 3 == 0) solver.unassigned_cost = 2;
    GraphMatchingSearch search{.layout = layout, .unassigned_cost = solver.unassigned_cost, .starts = 2, .steps = 20};
    for (const bool exact : {true, false}) {
      const auto solve = [&](double scale, const std::vector<double>& costs, std::vector<double>& solution) {
        std::fill(solution.begin(), solution.end(), 0);
        GraphMatching exact_solver = solver;
        GraphMatchingSearch scaled_search = search;
        if (solver.unassigned_cost)
          exact_solver.unassigned_cost = scaled_search.unassigned_cost = *solver.unassigned_cost * scale;
        exact ? exact_solver.solve(costs, graphs, solution) : scaled_search.solve(costs, graphs, solution);
      };
      solve(1, cost, found);
      for (const double scale : {0x1p-1074, 0x1p-1022, 0x1p1000}) {
        std::vector<double> scaled = cost;
        for (double& c : scaled) c *= scale;
        solve(scale, scaled, scaled_found);
        // Only of whole numbers is it known that costs that are not equal differ by 1, so that of equally cheap
        // matchings another one may be found.
        const auto matching = matching_of(layout, graphs, found),
                   scaled_matching = matching_of(layout, graphs, scaled_found);
        REQUIRE_FALSE(scaled_matching.empty());
        std::optional<double> unassigned = solver.unassigned_cost;
        const double value = matching_cost(layout, graphs, cost, unassigned, matching);
        if (exact)
          REQUIRE(matching_cost(layout, graphs, cost, unassigned, scaled_matching) == value);
        else
          REQUIRE(scaled_found == found);
      }
    }
  }
}

TEST_CASE("graph_matching: the largest numbers there are") {
  const double large = std::numeric_limits<double>::max();
  const GraphMatchingProblem problem{SparseGraph::undirected(2, {{0, 1}}),
                                     SparseGraph::undirected(3, {{0, 1}, {1, 2}}),
                                     {large, large, large, large, large, -large},
                                     {large, large, -large, large}};
  // The second left node goes with the third right one, and so the first with the second.
  const GraphMatchingResult result = solve_graph_matching(problem);
  CHECK(result.right_of_left == std::vector<std::int64_t>{1, 2});
  CHECK(result.optimal);
}

TEST_CASE("graph_matching: is the cheapest one to eleven digits") {
  Rng rng(2);
  const std::int64_t count = instance_count(1500);
  for (std::int64_t instance = 0; instance < count; ++instance) {
    CAPTURE(instance);
    const std::int64_t n = 1 + rng.below(6);
    const MatchedGraphs graphs{random_loopless_graph(n, 2 * n, rng), random_loopless_graph(n, 2 * n, rng), {}};
    const GraphMatchingLayout layout{n, n, graphs.left.edge_count(), graphs.right.edge_count()};
    std::vector<double> cost(static_cast<std::size_t>(layout.size())), found(cost.size());
    for (double& c : cost) c = rng.uniform() - (instance % 2 == 0 ? 0.5 : 0);
    GraphMatching{.layout = layout}.solve(cost, graphs, found);
    const double value = matching_cost(layout, graphs, cost, {}, matching_of(layout, graphs, found));
    REQUIRE(value <= best_matching(layout, graphs, cost, {}).cost + 1e-11 * static_cast<double>(3 * n));
  }
}
