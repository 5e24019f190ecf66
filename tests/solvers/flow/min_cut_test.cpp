#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/flow/min_cut.h>

#include <limits>
#include <numeric>

#include "flow_reference.h"

using namespace cotape;

namespace {

std::vector<real> solved(const CutProblem& problem, const std::vector<real>& capacity) {
  std::vector<real> solution(capacity.size(), real(7));
  MinCut(problem.graph.edge_count()).solve(capacity, problem, solution);
  return solution;
}

std::vector<real> edges_cut(const SparseGraph& graph, std::uint64_t side) {
  std::vector<real> solution;
  for (std::int64_t e = 0; e < graph.edge_count(); ++e) solution.push_back(is_cut(graph, e, side));
  return solution;
}

}  // namespace

TEST_CASE("min_cut: the best of all cuts, and of equal ones the smallest source side, on 20,000 instances") {
  Rng rng(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t nodes = 2 + rng.below(6), edges = 1 + rng.below(3 * nodes);
    const SparseGraph graph = random_graph(nodes, edges, rng.below(3) > 0, rng);
    const std::int64_t source = rng.below(nodes), target = (source + 1 + rng.below(nodes - 1)) % nodes;
    const std::vector<real> capacity = random_capacities(static_cast<std::size_t>(edges), i % 4, rng);
    CAPTURE(i);
    const BestCut best = best_cut(graph, capacity, source, target);
    REQUIRE(solved({graph, source, target}, capacity) == edges_cut(graph, best.smallest_side));
  }
}

TEST_CASE("min_cut: its value is that of Edmonds and Karp's flow on larger graphs, and the flow keeps every rule") {
  Rng rng(2);
  for (int i = 0; i < 300; ++i) {
    const std::int64_t nodes = 10 + rng.below(60), edges = nodes * (1 + rng.below(6));
    const SparseGraph graph = random_graph(nodes, edges, rng.below(3) > 0, rng);
    const std::vector<real> capacity = random_capacities(static_cast<std::size_t>(edges), i % 3, rng);
    const CutProblem problem{graph, 0, 1};
    const double expected = edmonds_karp(graph, capacity, 0, 1);
    const std::vector<real> solution = solved(problem, capacity);
    CAPTURE(i);
    REQUIRE(std::inner_product(capacity.begin(), capacity.end(), solution.begin(), 0.0) ==
            doctest::Approx(expected).epsilon(1e-5));
    const MaxFlowResult result = solve_max_flow(problem, std::vector<double>(capacity.begin(), capacity.end()));
    REQUIRE(result.value == doctest::Approx(expected).epsilon(1e-12));
    std::vector<double> arriving(static_cast<std::size_t>(nodes), 0);
    double cut = 0;
    for (std::int64_t e = 0; e < edges; ++e) {
      const auto [from, to] = graph.edge(e);
      const double flow = result.flow[e], most = static_cast<double>(capacity[e]);
      REQUIRE((flow <= most && flow >= (graph.is_directed() ? 0 : -most)));
      arriving[to] += flow;
      arriving[from] -= flow;
      if (result.source_side[from] && !result.source_side[to]) cut += most;
      if (!graph.is_directed() && !result.source_side[from] && result.source_side[to]) cut += most;
    }
    for (std::int64_t v = 2; v < nodes; ++v) REQUIRE(std::abs(arriving[v]) < 1e-12 * static_cast<double>(edges));
    REQUIRE(cut == doctest::Approx(expected).epsilon(1e-12));
  }
}

namespace {

// Rows of nodes with edges to three of the next row, some back to the row before, after the source, node 0, and before
// the target, the last node.
SparseGraph rows_of_nodes(std::int64_t rows, std::int64_t width, bool directed, Rng& rng) {
  const std::int64_t nodes = 2 + rows * width;
  std::vector<Edge> edges;
  const auto in_row = [&](std::int64_t row) { return 1 + row * width + rng.below(width); };
  for (std::int64_t i = 1; i <= width; ++i) {
    edges.push_back({0, i});
    edges.push_back({nodes - 1 - i, nodes - 1});
  }
  for (std::int64_t row = 0; row + 1 < rows; ++row)
    for (std::int64_t i = 0; i < 3 * width; ++i) {
      edges.push_back({in_row(row), in_row(row + 1)});
      if (i % 4 == 0) edges.push_back({in_row(row + 1), in_row(row)});
    }
  return directed ? SparseGraph::directed(nodes, edges) : SparseGraph::undirected(nodes, edges);
}

}  // namespace

TEST_CASE("min_cut: the same smallest source side as that of the largest flow, another method's, on larger graphs") {
  Rng rng(5);
  int beyond_source = 0;
  for (int i = 0; i < 400; ++i) {
    const bool rows = i % 2 == 0, directed = rng.below(3) > 0;
    const std::int64_t nodes = 2 + rng.below(200);
    // Of the random ones some have nodes with more than 64 edges.
    const SparseGraph graph = rows ? rows_of_nodes(2 + rng.below(20), 2 + rng.below(20), directed, rng)
                                   : random_graph(nodes, nodes * (1 + rng.below(60)), directed, rng);
    const auto edges = static_cast<std::size_t>(graph.edge_count());
    std::vector<real> capacity = random_capacities(edges, i / 2 % 3, rng);
    if (rows)
      for (std::size_t e = 0; e < edges; ++e)
        if (graph.edge(e).from == 0 || graph.edge(e).to == graph.node_count() - 1) capacity[e] += real(2);
    const CutProblem problem{graph, 0, graph.node_count() - 1};
    const MaxFlowResult flow = solve_max_flow(problem, std::vector<double>(capacity.begin(), capacity.end()));
    std::vector<real> expected;
    for (std::size_t e = 0; e < edges; ++e) {
      const bool from = flow.source_side[graph.edge(e).from], to = flow.source_side[graph.edge(e).to];
      expected.push_back(from != to && (from || !directed));
    }
    CAPTURE(i);
    REQUIRE(solved(problem, capacity) == expected);
    beyond_source += std::accumulate(flow.source_side.begin(), flow.source_side.end(), 0) > 1;
  }
  CHECK(beyond_source > 100);
}

TEST_CASE("min_cut: small cases by hand") {
  // 0 → 1 → 3 and 0 → 2 → 3, with a bridge 1 → 2.
  const auto graph = SparseGraph::directed(4, {{0, 1}, {1, 3}, {0, 2}, {2, 3}, {1, 2}});
  CHECK(solved({graph, 0, 3}, {3, 1, 1, 4, 1}) == std::vector<real>{0, 1, 1, 0, 1});
  CHECK(solved({graph, 0, 3}, {1, 1, 1, 1, 1}) == std::vector<real>{1, 0, 1, 0, 0});  // nearest to the source
  CHECK(solved({graph, 3, 0}, {1, 1, 1, 1, 1}) == std::vector<real>{0, 0, 0, 0, 0});  // no way leads there
  const auto line = SparseGraph::undirected(3, {{1, 0}, {1, 2}, {2, 2}});
  CHECK(solved({line, 0, 2}, {5, 4, 1}) == std::vector<real>{0, 1, 0});
}

TEST_CASE("min_cut: the smallest and the largest numbers there are") {
  constexpr real largest = std::numeric_limits<real>::max(), smallest = std::numeric_limits<real>::denorm_min();
  const auto graph = SparseGraph::directed(4, {{0, 1}, {1, 3}, {0, 2}, {2, 3}, {1, 2}});
  for (const real unit : {smallest, real(1e-30), largest / 4})
    CHECK(solved({graph, 0, 3}, {3 * unit, unit, unit, 4 * unit, unit}) == std::vector<real>{0, 1, 1, 0, 1});
  CHECK(solved({graph, 0, 3}, {largest, largest, largest, largest, largest}) == std::vector<real>{1, 0, 1, 0, 0});
}

TEST_CASE("min_cut: what it says of itself, and refusals") {
  const SolverTraits traits = MinCut(7).traits();
  CHECK(traits.name == "min_cut");
  CHECK(traits.sense == Sense::minimise);
  CHECK(traits.shape == Shape{7});
  CHECK(traits.domain == Domain{.lower = 0});
  const auto graph = SparseGraph::directed(3, {{0, 1}, {1, 2}});
  CHECK_THROWS_WITH_AS(MinCut(0), doctest::Contains("0 edges are outside 1"), ValueError);
  CHECK_THROWS_WITH_AS(MinCut(graph, 0, 3), "min_cut: node 3 is not one of the 3 nodes", ValueError);
  CHECK_THROWS_WITH_AS(MinCut(graph, 2, 2), "min_cut: node 2 is both source and target", ValueError);
  const auto solve = [](const MinCut& cut, const Instances& data) {
    Oracle oracle(cut);
    const Tensor scores(cut.traits().shape.inserted(0, 2), real(-1));
    Tensor solutions(scores.shape());
    oracle.argmax(scores, solutions, Phase::forward, data);
    return solutions;
  };
  using Problems = std::vector<CutProblem>;
  const auto one_edge = SparseGraph::directed(2, {{0, 1}});
  CHECK(solve(MinCut(2), Problems{{graph, 0, 2}, {one_edge, 0, 1}}) == Tensor({2, 2}, {1, 0, 1, 0}));
  CHECK_THROWS_WITH_AS(solve(MinCut(2), Problems{{graph, 0, 2}, {graph, 1, 1}}),
                       "min_cut: instance 1: node 1 is both source and target", SolverError);
  CHECK_THROWS_WITH_AS(solve(MinCut(2), Problems{{graph, 0, 2}, {graph, 0, 3}}),
                       "min_cut: instance 1: node 3 is not one of the 3 nodes", SolverError);
  CHECK_THROWS_WITH_AS(solve(MinCut(1), Problems{{one_edge, 0, 1}, {graph, 0, 1}}),
                       "min_cut: instance 1: 2 edges for a solver of 1", SolverError);
  CHECK_THROWS_WITH_AS(solve(MinCut(2), {}), doctest::Contains("node 0 is not one of the 0 nodes"), SolverError);
  CHECK_THROWS_WITH_AS(solve_max_flow({graph, 0, 2}, std::vector<double>{1}), "max_flow: 1 capacities for 2 edges",
                       ShapeError);
  CHECK_THROWS_WITH_AS(solve_max_flow({graph, 0, 2}, std::vector<double>{1, -1}),
                       doctest::Contains("capacity -1 of edge 1"), ValueError);
  CHECK_THROWS_WITH_AS(solve_max_flow({graph, 0, 2}, std::vector<double>{1e308, 1e308}),
                       doctest::Contains("the sum of all capacities is inf"), ValueError);
  CHECK_THROWS_WITH_AS(solve_max_flow({graph, 0, 0}, std::vector<double>{1, 1}),
                       "max_flow: node 0 is both source and target", ValueError);
}
