#include <cotape/solvers/matching/max_weight_matching.h>
#include <cotape/solvers/matching/perfect_matching.h>

#include <doctest/doctest.h>

#include "matching_reference.h"

using namespace cotape;

TEST_CASE("matchings: costs from 1e-308 to 1e308 are solved as their multiples of ordinary size are") {
  Rng rng(1);
  for (int i = 0; i < 600; ++i) {
    CAPTURE(i);
    const std::int64_t nodes = 2 * (1 + rng.below(6));
    const SparseGraph graph = SparseGraph::complete(nodes);
    std::vector<double> cost(static_cast<std::size_t>(graph.edge_count())), found(cost.size()),
        scaled_found(cost.size());
    for (double& c : cost) c = static_cast<double>(rng.below(i % 2 == 0 ? 9 : 1000) - 4);
    for (const Solver& solver : {Solver(PerfectMatching(graph)), Solver(MaxWeightMatching(graph)),
                                 Solver(MaxWeightMatching(graph, {Sense::minimise, true}))}) {
      solver.solve(cost, found);
      const std::optional<bool> tied = solver.tied(cost, found);
      for (const double scale : {0x1p-1074, 0x1p-1022, 0x1p1010}) {
        std::vector<double> scaled = cost;
        for (double& c : scaled) c *= scale;
        solver.solve(scaled, scaled_found);
        REQUIRE(scaled_found == found);
        REQUIRE(solver.tied(scaled, scaled_found) == tied);
      }
    }
  }
}

TEST_CASE("matchings: the largest numbers there are, and their duals") {
  const double large = std::numeric_limits<double>::max();
  const SparseGraph graph = SparseGraph::complete(4);
  const std::vector<double> cost = {-large, large, large, large, large, -large};
  CHECK(solve_perfect_matching(graph, cost).edges == std::vector<std::int64_t>{0, 5});
  CHECK(solve_perfect_matching(graph, std::vector<double>{large, large, large, large, large, large}).edges.size() == 2);
  const MatchingResult result = solve_max_weight_matching(graph, std::vector<double>{large, 1, 1, 1, 1, 2});
  CHECK(result.edges == std::vector<std::int64_t>{0, 5});
  CHECK(result.node_duals[0] + result.node_duals[1] == large);
}
