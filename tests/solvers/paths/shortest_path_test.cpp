#include <cotape/engine/base/error.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/paths/shortest_path.h>

#include <doctest/doctest.h>

#include <array>

#include "path_reference.h"

using namespace cotape;

namespace {

std::vector<real> solved(const ShortestPath& path, const std::vector<real>& cost) {
  std::vector<real> solution(cost.size(), real(7));
  path.solve(cost, solution);
  return solution;
}

// Edges between random vertices, loops and parallel ones among them; forward ones only for a graph without cycles.
SparseGraph random_graph(std::int64_t vertices, std::int64_t edges, bool forward, Rng& rng) {
  std::vector<Edge> list;
  for (std::int64_t e = 0; e < edges; ++e) {
    std::int64_t from = rng.below(vertices), to = rng.below(vertices);
    if (forward && from == to) to = (to + 1) % vertices;
    if (forward && from > to) std::swap(from, to);
    list.push_back({from, to});
  }
  return SparseGraph::directed(vertices, list);
}

// Whether a cycle of negative cost lies on some way from s to t: all distances by Floyd and Warshall.
bool has_negative_cycle(const SparseGraph& graph, const std::vector<real>& cost, std::int64_t s, std::int64_t t) {
  constexpr double far = 1e9;
  std::array<std::array<double, 8>, 8> d;
  for (auto& row : d) row.fill(far);
  for (std::size_t v = 0; v < 8; ++v) d[v][v] = 0;
  for (std::size_t e = 0; e < cost.size(); ++e) {
    double& own = d[graph.edge(static_cast<std::int64_t>(e)).from][graph.edge(static_cast<std::int64_t>(e)).to];
    own = std::min(own, static_cast<double>(cost[e]));
  }
  for (std::size_t k = 0; k < 8; ++k)
    for (std::size_t i = 0; i < 8; ++i)
      for (std::size_t j = 0; j < 8; ++j)
        if (d[i][k] < far / 2 && d[k][j] < far / 2) d[i][j] = std::max(-far / 4, std::min(d[i][j], d[i][k] + d[k][j]));
  for (std::size_t v = 0; v < 8; ++v)
    if (d[v][v] < 0 && d[s][v] < far / 2 && d[v][t] < far / 2) return true;
  return false;
}

enum class Kind { acyclic, nonnegative, any, conservative };

std::vector<real> random_costs(Kind kind, int values, const SparseGraph& graph, Rng& rng) {
  std::vector<real> cost = path_costs(static_cast<std::size_t>(graph.edge_count()), values, rng);
  std::vector<std::int64_t> potential;
  for (std::int64_t v = 0; v < graph.node_count(); ++v) potential.push_back(rng.below(9));
  for (std::size_t e = 0; e < cost.size(); ++e) {
    if (kind == Kind::acyclic || kind == Kind::any) cost[e] -= static_cast<real>(rng.below(kind == Kind::any ? 2 : 4));
    // Costs that a potential has moved: no cycle is negative, many edges are.
    if (kind == Kind::conservative)
      cost[e] += static_cast<real>(potential[graph.edge(static_cast<std::int64_t>(e)).from] -
                                   potential[graph.edge(static_cast<std::int64_t>(e)).to]);
  }
  return cost;
}

}  // namespace

TEST_CASE("shortest_path: equals an enumeration of all paths on 20,000 instances, with ties and negative edges") {
  Rng rng(1);
  int tied = 0, unique = 0, negative = 0, unreachable = 0;
  for (int config = 0; config < 2000; ++config) {
    const auto kind = static_cast<Kind>(config % 4);
    const SparseGraph graph = random_graph(2 + rng.below(6), 1 + rng.below(18), kind == Kind::acyclic, rng);
    const std::int64_t source = rng.below(graph.node_count()), target = rng.below(graph.node_count());
    const auto paths = all_paths(graph, source, target, PathParts::edges);
    const EdgeCosts costs = kind == Kind::any || kind == Kind::conservative ? EdgeCosts::any : EdgeCosts::nonnegative;
    CAPTURE(config);
    if (paths.empty()) {
      REQUIRE_THROWS_AS(ShortestPath(graph, source, target, costs), SolverError);
      ++unreachable;
      continue;
    }
    const ShortestPath path(graph, source, target, costs);
    for (int i = 0; i < 20; ++i) {
      const std::vector<real> cost = random_costs(kind, i % 4, graph, rng);
      CAPTURE(i);
      std::vector<real> solution(cost.size());
      if (kind == Kind::any && has_negative_cycle(graph, cost, source, target)) {
        REQUIRE_THROWS_WITH_AS(path.solve(cost, solution), doctest::Contains("a cycle of negative cost"), SolverError);
        ++negative;
        continue;
      }
      path.solve(cost, solution);
      const std::uint64_t set = bits_of(solution);
      const BestPaths best = best_of(paths, cost);
      REQUIRE(std::binary_search(paths.begin(), paths.end(), set));
      REQUIRE(cost_of(set, cost) == best.cost);
      REQUIRE(std::popcount(set) == best.fewest_parts);
      REQUIRE(path.tied(cost, solution) == (best.count > 1));
      ++(best.count > 1 ? tied : unique);
    }
  }
  CHECK(tied + unique >= 20000);
  CHECK(tied > 2000);
  CHECK(unique > 2000);
  CHECK(negative > 500);
  CHECK(unreachable > 200);
}

TEST_CASE("shortest_path: an instance's own edges and ends equal an enumeration, 20,000 times") {
  Rng rng(4);
  int tied = 0, unique = 0, negative = 0, unreachable = 0;
  for (int config = 0; tied + unique < 20000; ++config) {
    const auto kind = static_cast<Kind>(config % 4);
    const SparseGraph graph = random_graph(2 + rng.below(6), 1 + rng.below(18), kind == Kind::acyclic, rng);
    const EdgeCosts costs = kind == Kind::any || kind == Kind::conservative ? EdgeCosts::any : EdgeCosts::nonnegative;
    ShortestPathInstance instance;
    std::vector<Edge> edges;  // with those that may not be used as loops, which no path takes
    for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
      instance.edges.allowed.push_back(rng.below(4) > 0);
      edges.push_back(instance.edges[e] ? graph.edge(e) : Edge{0, 0});
    }
    const SparseGraph rest = SparseGraph::directed(graph.node_count(), edges);
    const std::int64_t source = rng.below(graph.node_count()), target = rng.below(graph.node_count());
    instance.source = source;
    instance.target = target;
    // Solvers without ends, and with some: the instance's, or others.
    std::vector<ShortestPath> solvers = {ShortestPath(graph, costs)};
    const std::int64_t other = rng.below(graph.node_count());
    if (!all_paths(graph, other, target, PathParts::edges).empty()) {
      solvers.push_back(ShortestPath(graph, other, target, costs));
      if (other == source) instance.source = instance.target = -1;
    }
    if (instance.source < 0) solvers.erase(solvers.begin());
    const auto paths = all_paths(rest, source, target, PathParts::edges);
    CAPTURE(config);
    for (int i = 0; i < 10; ++i) {
      const std::vector<real> cost = random_costs(kind, i % 4, graph, rng);
      std::vector<real> rest_cost = cost;
      for (std::size_t e = 0; e < cost.size(); ++e)
        if (!instance.edges.allowed[e]) rest_cost[e] = 0;
      for (const ShortestPath& path : solvers) {
        std::vector<real> solution(cost.size(), real(7));
        if (paths.empty()) {
          REQUIRE_THROWS_WITH_AS(path.solve(cost, instance, solution), doctest::Contains("no path leads from node"),
                                 SolverError);
          ++unreachable;
          continue;
        }
        if (kind == Kind::any && has_negative_cycle(rest, rest_cost, source, target)) {
          REQUIRE_THROWS_WITH_AS(path.solve(cost, instance, solution), doctest::Contains("a cycle of negative cost"),
                                 SolverError);
          ++negative;
          continue;
        }
        path.solve(cost, instance, solution);
        const std::uint64_t set = bits_of(solution);
        const BestPaths best = best_of(paths, cost);
        REQUIRE(std::binary_search(paths.begin(), paths.end(), set));
        REQUIRE(cost_of(set, cost) == best.cost);
        REQUIRE(std::popcount(set) == best.fewest_parts);
        REQUIRE(path.tied(cost, instance, solution) == (best.count > 1));
        ++(best.count > 1 ? tied : unique);
      }
    }
  }
  CHECK(tied > 2000);
  CHECK(unique > 2000);
  CHECK(negative > 500);
  CHECK(unreachable > 2000);
}

TEST_CASE("shortest_path: ends of an instance that meet a cycle which the solver's own ends do not") {
  // 0 → 1 → 2 → 3, and back 3 → 2.
  const ShortestPath path(SparseGraph::directed(4, {{0, 1}, {1, 2}, {2, 3}, {3, 2}}), 0, 1);
  CHECK_FALSE(path.traits().domain.bounded());
  const ShortestPathInstance others{{}, 0, 3};
  const std::vector<real> cost = {-1, -2, -1, 2};
  std::vector<real> solution(4);
  path.solve(cost, others, solution);
  CHECK(solution == std::vector<real>{1, 1, 1, 0});
  CHECK_THROWS_WITH_AS(path.solve(std::vector<real>{-1, -2, -1, real(0.5)}, others, solution),
                       "a cycle of negative cost lies on a way from source to target", SolverError);
}

TEST_CASE("shortest_path: instances that cannot be solved are named by their place in the batch") {
  const SparseGraph line = SparseGraph::directed(3, {{0, 1}, {1, 2}});
  using Data = std::vector<ShortestPathInstance>;
  Oracle any_ends{ShortestPath(line)}, oracle{ShortestPath(line, 0, 2)};
  const Tensor scores({2, 2}, real(-1));
  Tensor solutions(scores.shape());
  oracle.argmax(scores, solutions, Phase::forward, Data{{}, {{{1, 0}}, 0, 1}});
  CHECK(solutions == Tensor({2, 2}, {1, 1, 1, 0}));
  const auto refuses = [&](Oracle& solver, const Instances& data, const char* message) {
    CHECK_THROWS_WITH_AS(solver.argmax(scores, solutions, Phase::forward, data), message, SolverError);
  };
  refuses(oracle, Data{{}, {{{1, 0}}}},
          "shortest_path: instance 1: no path leads from node 0 to node 2 over the edges that may be used");
  refuses(oracle, Data{{}, {{}, 2, 0}},
          "shortest_path: instance 1: no path leads from node 2 to node 0 over the edges that may be used");
  refuses(oracle, Data{{}, {{}, 0, 3}}, "shortest_path: instance 1: target node 3 is not one of the 3 nodes");
  refuses(oracle, Data{{}, {{}, -2, 2}}, "shortest_path: instance 1: source node -2 is not one of the 3 nodes");
  refuses(any_ends, Data{{{}, 0, 1}, {{}, 0, -1}},
          "shortest_path: instance 1: there is no target: give it with the instance, or to the solver");
  refuses(any_ends, {}, "shortest_path: instance 0: there is no source: give it with the instance, or to the solver");
  CHECK_THROWS_WITH_AS(oracle.argmax(scores, solutions, Phase::forward, Data{{}, {{{1}}}}),
                       "shortest_path: instance data tell of 1 edges, but the graph has 2", ValueError);
}

TEST_CASE("shortest_path: equals Bellman–Ford on 2,000 larger instances by each of the three methods") {
  Rng rng(2);
  int compared = 0;
  for (int i = 0; compared < 2000; ++i) {
    const auto kind = std::array{Kind::acyclic, Kind::nonnegative, Kind::conservative}[static_cast<std::size_t>(i % 3)];
    const std::int64_t vertices = 20 + rng.below(100);
    const SparseGraph graph = random_graph(vertices, 4 * vertices, kind == Kind::acyclic, rng);
    const std::vector<real> cost = random_costs(kind, i % 4, graph, rng);
    const std::vector<double> distance = bellman_ford(graph, 0, {cost.begin(), cost.end()});
    if (!(distance[vertices - 1] < 1e9)) continue;
    ++compared;
    const ShortestPath path(graph, 0, vertices - 1,
                            kind == Kind::conservative ? EdgeCosts::any : EdgeCosts::nonnegative);
    const std::vector<real> solution = solved(path, cost);
    // The chosen edges are one way from 0 to the last node.
    std::vector<std::int64_t> next(static_cast<std::size_t>(vertices), -1);
    std::int64_t edges = 0, steps = 0;
    double sum = 0;
    for (std::size_t e = 0; e < cost.size(); ++e) {
      if (solution[e] == 0) continue;
      ++edges;
      next[graph.edge(static_cast<std::int64_t>(e)).from] = graph.edge(static_cast<std::int64_t>(e)).to;
      sum += static_cast<double>(cost[e]);
    }
    for (std::int64_t v = 0; v != vertices - 1 && steps <= edges; v = next[v], ++steps) REQUIRE(next[v] >= 0);
    CAPTURE(i);
    REQUIRE(steps == edges);
    REQUIRE(sum == distance[vertices - 1]);
  }
}

TEST_CASE("shortest_path: the method and the domain follow from the graph") {
  const SparseGraph line = SparseGraph::directed(3, {{0, 1}, {1, 2}});
  CHECK_FALSE(ShortestPath(line, 0, 2).traits().domain.bounded());
  const SparseGraph cycle = SparseGraph::directed(3, {{0, 1}, {1, 2}, {1, 0}});
  CHECK(ShortestPath(cycle, 0, 2).traits().domain == Domain{.lower = 0});
  CHECK_FALSE(ShortestPath(cycle, 0, 2, EdgeCosts::any).traits().domain.bounded());
  // A cycle that the way never meets, or cannot leave, is none: negative costs are fine.
  const SparseGraph beside = SparseGraph::directed(6, {{0, 1}, {1, 2}, {3, 4}, {4, 3}, {3, 1}, {1, 5}, {5, 5}});
  const ShortestPath path(beside, 0, 2);
  CHECK_FALSE(path.traits().domain.bounded());
  CHECK(path.traits().shape == Shape{7});
  CHECK_FALSE(path.traits().constant_sum);
  CHECK(solved(path, {-1, -2, -3, -4, -5, -6, -7}) == std::vector<real>{1, 1, 0, 0, 0, 0, 0});
}

TEST_CASE("shortest_path: parallel edges tie, a loop of zero cost does not") {
  const SparseGraph graph = SparseGraph::directed(2, {{0, 1}, {0, 1}, {1, 1}, {0, 0}});
  const ShortestPath path(graph, 0, 1);
  const std::vector<real> equal = {2, 2, 0, 0}, unequal = {2, 3, 0, 0};
  CHECK(path.tied(equal, solved(path, equal)) == true);
  CHECK(path.tied(unequal, solved(path, unequal)) == false);
  CHECK(solved(path, unequal) == std::vector<real>{1, 0, 0, 0});
  // From a node to itself: no edges.
  CHECK(solved(ShortestPath(graph, 0, 0), unequal) == std::vector<real>{0, 0, 0, 0});
}

TEST_CASE("shortest_path: refusals") {
  const SparseGraph graph = SparseGraph::directed(3, {{0, 1}, {2, 1}});
  CHECK_THROWS_WITH_AS(ShortestPath(graph, 0, 2), "shortest_path: no path leads from node 0 to node 2", SolverError);
  CHECK_THROWS_WITH_AS(ShortestPath(graph, 0, 3), "shortest_path: target node 3 is not one of the 3 nodes", ValueError);
  CHECK_THROWS_WITH_AS(ShortestPath(graph, -1, 1), "shortest_path: source node -1 is not one of the 3 nodes",
                       ValueError);
  CHECK_THROWS_WITH_AS(ShortestPath(SparseGraph::directed(3, {}), 0, 0), "shortest_path: the graph has no edges",
                       ValueError);
  CHECK_THROWS_WITH_AS(ShortestPath(SparseGraph::undirected(3, {{0, 1}}), 0, 1),
                       doctest::Contains("shortest_path: the graph is undirected"), ValueError);
}
