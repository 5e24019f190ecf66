#include <cotape/engine/base/error.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/matching/max_weight_matching.h>
#include <cotape/solvers/matching/perfect_matching.h>
#include <cotape/solvers/rules/identity.h>

#include <doctest/doctest.h>

#include "matching_reference.h"

using namespace cotape;

namespace {

// What both solvers are asked for in the tests below.
struct Wanted {
  LeftOut left_out;
  Sense sense;

  bool minimise() const { return sense == Sense::minimise; }
  Solver solver(const SparseGraph& graph) const {
    if (left_out == LeftOut::none) return PerfectMatching(graph, {sense});
    return MaxWeightMatching(graph, {sense, left_out == LeftOut::fewest});
  }
  MatchingResult report(const SparseGraph& graph, std::span<const double> cost) const {
    if (left_out == LeftOut::none) return solve_perfect_matching(graph, cost, {sense});
    return solve_max_weight_matching(graph, cost, {sense, left_out == LeftOut::fewest});
  }
  double violation_of(const SparseGraph& graph, std::span<const double> cost, const MatchingResult& result) const {
    return violation(graph, cost, minimise(), result, left_out == LeftOut::any);
  }
};

// Costs of many kinds. All but the last kind are so that sums are exact in double.
constexpr int exact_kinds = 6, kinds = 7;
void draw_costs(int kind, Rng& rng, std::span<real> cost) {
  for (real& c : cost) {
    const real uniform = 2 * rng.uniform() - 1;
    c = kind == 0   ? uniform
        : kind == 1 ? static_cast<real>(rng.below(3)) - 1
        : kind == 2 ? static_cast<real>(rng.below(50)) - 10
        : kind == 3 ? std::ldexp(std::round(uniform * 100), 100)
        : kind == 4 ? std::ldexp(std::round(uniform * 100), -149)
        : kind == 5 ? real(-2)
                    : uniform * (rng.below(2) == 0 ? real(1e30) : real(1e-30));
  }
}

void check_small(LeftOut left_out, int& tied, int& unique, int& without) {
  Rng rng(1);
  for (int config = 0, compared = 0; compared < 20000; ++config) {
    CAPTURE(config);
    std::int64_t nodes = config % 25 == 0 ? 9 + rng.below(2) : 1 + rng.below(8);
    if (left_out == LeftOut::none) nodes += nodes % 2;
    const SparseGraph graph = config % 4 == 0 && nodes > 1 ? SparseGraph::complete(nodes)
                                                           : random_graph(nodes, 1 + rng.below(3 * nodes), rng);
    const auto edges = static_cast<std::size_t>(graph.edge_count());
    const Wanted wanted{left_out, config % 2 == 0 ? Sense::minimise : Sense::maximise};
    AllowedEdges data;
    std::vector<double> least(edges);
    if (best_matchings(graph, least, data, left_out).count == 0) {
      REQUIRE_THROWS_WITH_AS(wanted.solver(graph), doctest::Contains("no matching covers all"), SolverError);
      ++without;
      continue;
    }
    const Solver solver = wanted.solver(graph);
    if (config % 3 == 0)
      for (std::size_t e = 0; e < edges; ++e) data.allowed.push_back(rng.below(5) != 0 ? 1 : 0);
    std::vector<real> cost(edges), solution(edges);
    const std::vector<AllowedEdges> batch{data};
    const Instances instances(batch);
    if (best_matchings(graph, least, data, left_out).count == 0) {
      REQUIRE_THROWS_WITH_AS(solver.solve(cost, solution, instances[0]), doctest::Contains("no matching covers all"),
                             SolverError);
      ++without;
      continue;
    }
    for (int i = 0; i < 2 * kinds; ++i, ++compared) {
      CAPTURE(i);
      const int kind = i % kinds;
      draw_costs(kind, rng, cost);
      const double sign = wanted.minimise() ? 1 : -1;
      double size = 0;
      for (std::size_t e = 0; e < edges; ++e) {
        least[e] = sign * static_cast<double>(cost[e]);
        size += std::abs(least[e]);
      }
      const BestMatchings best = best_matchings(graph, least, data, left_out);

      solver.solve(cost, solution, instances[0]);
      const std::vector<int> counts = cover_counts(graph, solution, data);
      double value = 0;
      for (std::size_t e = 0; e < edges; ++e)
        if (solution[e] != 0) {
          value += least[e];
          if (left_out == LeftOut::any) REQUIRE(least[e] < 0);
        }
      REQUIRE(std::all_of(counts.begin(), counts.end(), [](int count) { return count == 0 || count == 1; }));
      if (left_out != LeftOut::any) REQUIRE(std::count(counts.begin(), counts.end(), 0) == best.left_out);
      if (kind < exact_kinds) {
        REQUIRE(value == best.cost);
        REQUIRE(solver.tied(cost, solution, instances[0]) == (best.count > 1));
        ++(best.count > 1 ? tied : unique);
      } else {
        REQUIRE(std::abs(value - best.cost) <= 1e-14 * size);
      }
      if (i >= kinds) continue;
      std::vector<double> reported(cost.begin(), cost.end());
      for (std::size_t e = 0; e < edges; ++e)
        if (!data[static_cast<std::int64_t>(e)]) reported[e] = sign * std::numeric_limits<double>::infinity();
      const MatchingResult result = wanted.report(graph, reported);
      REQUIRE(wanted.violation_of(graph, reported, result) <= (kind < exact_kinds ? 0 : 1e-14));
      for (std::size_t e = 0; e < edges; ++e)
        REQUIRE(std::binary_search(result.edges.begin(), result.edges.end(), e) == (solution[e] == 1));
    }
  }
}

// Distances of random points in a square, in whole units when `whole`.
std::vector<double> distances(const SparseGraph& graph, bool whole, Rng& rng) {
  std::vector<double> x, y, cost;
  for (std::int64_t v = 0; v < graph.node_count(); ++v) {
    x.push_back(static_cast<double>(rng.uniform()));
    y.push_back(static_cast<double>(rng.uniform()));
  }
  for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
    const auto [from, to] = graph.edge(e);
    const double distance = std::hypot(x[from] - x[to], y[from] - y[to]);
    cost.push_back(whole ? std::round(1000 * distance) : distance);
  }
  return cost;
}

}  // namespace

TEST_CASE("perfect_matching: equals an enumeration of all matchings up to 10 nodes on 20,000 instances") {
  int tied = 0, unique = 0, without = 0;
  check_small(LeftOut::none, tied, unique, without);
  CHECK(tied > 2500);
  CHECK(unique > 4000);
  CHECK(without > 100);
}

TEST_CASE("max_weight_matching: equals an enumeration of all matchings up to 10 nodes on 20,000 instances") {
  int tied = 0, unique = 0, without = 0;
  check_small(LeftOut::any, tied, unique, without);
  CHECK(tied > 2500);
  CHECK(unique > 4000);
}

TEST_CASE("max_weight_matching: with most edges, equals an enumeration up to 10 nodes on 20,000 instances") {
  int tied = 0, unique = 0, without = 0;
  check_small(LeftOut::fewest, tied, unique, without);
  CHECK(tied > 2500);
  CHECK(unique > 4000);
}

TEST_CASE("matchings: duals prove the best ones on graphs of up to 200 nodes") {
  Rng rng(3);
  std::size_t blossoms = 0, deepest = 0, uncovered = 0;
  for (int i = 0; i < 120; ++i) {
    CAPTURE(i);
    const std::int64_t nodes = i % 40 == 0 ? 200 : 2 + rng.below(i % 8 == 0 ? 120 : 50);
    const bool complete = i % 3 == 0, whole = i % 2 == 0;
    const SparseGraph graph =
        complete ? SparseGraph::complete(nodes) : random_graph(nodes, (1 + rng.below(3)) * nodes, rng);
    std::vector<double> cost = distances(graph, whole, rng);
    if (i % 5 == 0)
      for (double& c : cost) c = static_cast<double>(rng.below(i % 10 == 0 ? 4 : 1000)) - 1;
    const bool wide = i % 11 == 0;  // sums are rounded
    if (wide)
      for (double& c : cost) c *= rng.below(2) == 0 ? 1e30 : 1e-30;
    for (const LeftOut left_out : {LeftOut::none, LeftOut::fewest, LeftOut::any})
      for (const Sense sense : {Sense::minimise, Sense::maximise}) {
        const Wanted wanted{left_out, sense};
        if (left_out == LeftOut::none && nodes % 2 != 0) continue;
        std::vector<double> shifted = cost;
        if (left_out == LeftOut::any && sense == Sense::minimise)
          for (double& c : shifted) c -= whole ? 400 : 0.4;
        if (left_out == LeftOut::none && !complete) {
          const MatchingResult most = solve_max_weight_matching(graph, cost, {sense, true});
          if (2 * std::ssize(most.edges) < nodes) {
            REQUIRE_THROWS_AS(wanted.report(graph, shifted), SolverError);
            continue;
          }
        }
        const MatchingResult result = wanted.report(graph, shifted);
        REQUIRE(wanted.violation_of(graph, shifted, result) <= ((whole || i % 5 == 0) && !wide ? 0 : 1e-14));
        if (left_out == LeftOut::none) REQUIRE(2 * std::ssize(result.edges) == nodes);
        if (left_out == LeftOut::fewest) uncovered += std::count(result.mates.begin(), result.mates.end(), -1) > 0;
        blossoms += result.blossoms.size();
        for (const MatchingBlossom& blossom : result.blossoms) deepest = std::max(deepest, blossom.nodes.size());
      }
  }
  CHECK(blossoms > 300);
  CHECK(deepest > 20);
  CHECK(uncovered > 50);
}

TEST_CASE("matchings: two triangles with a bridge need both blossoms") {
  // Each triangle has to send one node over the bridge, or over an edge that costs more.
  const SparseGraph graph =
      SparseGraph::undirected(6, {{0, 1}, {1, 2}, {0, 2}, {3, 4}, {4, 5}, {3, 5}, {2, 3}, {0, 5}});
  const MatchingResult result = solve_perfect_matching(graph, std::vector<double>{2, 2, 2, 2, 2, 2, 20, 40});
  CHECK(result.edges == std::vector<std::int64_t>{0, 4, 6});
  CHECK(result.mates == std::vector<std::int64_t>{1, 0, 3, 2, 5, 4});
  CHECK(result.cost == 24);
  double of_blossoms = 0;
  for (const MatchingBlossom& blossom : result.blossoms) {
    CHECK(blossom.nodes.size() == 3);
    of_blossoms += blossom.dual;
  }
  CHECK(of_blossoms == -36);
}

TEST_CASE("matchings: the layers, each instance's edges, and refusals") {
  const SparseGraph square = SparseGraph::undirected(4, {{0, 1}, {1, 2}, {2, 3}, {3, 0}, {0, 2}, {1, 1}});
  const PerfectMatching perfect(square);
  CHECK(perfect.traits().shape == Shape{6});
  CHECK(perfect.traits().constant_sum);
  const auto layer = differentiable(perfect, Identity{});
  Tape tape;
  const Var cost = tape.variable(Tensor(Shape{2, 6}, {1, 2, 1, 2, -9, -9, 1, 2, 1, 2, -9, -9}));
  std::vector<AllowedEdges> data(2);
  data[1].allowed = {0, 1, 1, 1, 1, 1};
  CHECK(layer(cost, data).value() == Tensor(Shape{2, 6}, {1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0}));
  data[1].allowed = {1, 0, 0, 1, 1, 1};
  CHECK_THROWS_WITH_AS(
      layer(cost, data),
      doctest::Contains(
          "instance 1: perfect_matching: over the edges that may be used, no matching covers all 4 nodes"),
      SolverError);
  data[1].allowed = {1};
  CHECK_THROWS_WITH_AS(layer(cost, data), doctest::Contains("instance data tell of 1 edges, but the graph has 6"),
                       ValueError);
  std::vector<real> mask(6);
  CHECK_THROWS_WITH_AS(perfect.mask(data[1], mask), doctest::Contains("the graph has 6"), ValueError);

  const MaxWeightMatching heaviest(square), most(square, {.max_cardinality = true});
  CHECK_FALSE(heaviest.traits().constant_sum);
  CHECK(most.traits().constant_sum);
  const Var weight = tape.variable(Tensor(Shape{6}, {1, 2, -4, -1, 5, 9}));
  CHECK(differentiable(heaviest, Identity{})(weight).value() == Tensor(Shape{6}, {0, 0, 0, 0, 1, 0}));
  CHECK(differentiable(most, Identity{})(weight).value() == Tensor(Shape{6}, {0, 1, 0, 1, 0, 0}));
  data[1].allowed = {1, 1, 1, 1, 0, 1};
  const Var weights = tape.variable(Tensor(Shape{2, 6}, {1, 2, -4, -1, 5, 9, 1, 2, -4, -1, 5, 9}));
  CHECK(differentiable(heaviest, Identity{})(weights, data).value() ==
        Tensor(Shape{2, 6}, {0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0}));
  data[1].allowed = {1};
  CHECK_THROWS_WITH_AS(differentiable(most, Identity{})(weights, data),
                       doctest::Contains("instance data tell of 1 edges, but the graph has 6"), ValueError);

  CHECK_THROWS_WITH_AS(PerfectMatching(SparseGraph::directed(2, {{0, 1}})), doctest::Contains("the graph is directed"),
                       ValueError);
  CHECK_THROWS_WITH_AS(MaxWeightMatching(SparseGraph::directed(2, {{0, 1}})),
                       doctest::Contains("the graph is directed"), ValueError);
  CHECK_THROWS_WITH_AS(PerfectMatching(SparseGraph::undirected(2, {})), doctest::Contains("has no edges"), ValueError);
  CHECK_THROWS_WITH_AS(MaxWeightMatching(SparseGraph::undirected(2, {})), doctest::Contains("has no edges"),
                       ValueError);
  CHECK_THROWS_WITH_AS(PerfectMatching(SparseGraph::complete(3)), doctest::Contains("has 3 nodes, an odd number"),
                       ValueError);
  CHECK_THROWS_WITH_AS(PerfectMatching(SparseGraph::undirected(4, {{0, 1}, {0, 2}, {0, 3}})),
                       doctest::Contains("no matching covers all 4 nodes"), SolverError);
}

TEST_CASE("matchings: reports of the smallest graphs, and refusals") {
  CHECK(solve_perfect_matching(SparseGraph::complete(0), {}).edges.empty());
  CHECK(solve_max_weight_matching(SparseGraph::complete(1), {}).mates == std::vector<std::int64_t>{-1});
  CHECK_THROWS_WITH_AS(solve_perfect_matching(SparseGraph::complete(1), {}), doctest::Contains("an odd number"),
                       ValueError);
  const SparseGraph pair = SparseGraph::undirected(2, {{0, 1}, {1, 0}, {0, 0}});
  CHECK(solve_perfect_matching(pair, std::vector<double>{3, 2, -7}).edges == std::vector<std::int64_t>{1});
  CHECK(solve_max_weight_matching(pair, std::vector<double>{3, 2, 7}).edges == std::vector<std::int64_t>{0});
  CHECK(solve_max_weight_matching(pair, std::vector<double>{0, -2, 7}).edges.empty());
  CHECK(solve_max_weight_matching(pair, std::vector<double>{0, -2, 7}, {.max_cardinality = true}).cost == 0);
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(solve_perfect_matching(pair, std::vector<double>{3, infinity, 0}).edges == std::vector<std::int64_t>{0});
  CHECK_THROWS_AS(solve_perfect_matching(pair, std::vector<double>{infinity, infinity, 0}), SolverError);
  CHECK_THROWS_WITH_AS(solve_perfect_matching(pair, std::vector<double>{3, -infinity, 0}),
                       doctest::Contains("cost -inf of edge 1 is neither finite nor inf"), ValueError);
  CHECK_THROWS_WITH_AS(solve_max_weight_matching(pair, std::vector<double>{3, 2, NAN}),
                       doctest::Contains("cost nan of edge 2 is neither finite nor -inf"), ValueError);
  CHECK_THROWS_WITH_AS(solve_perfect_matching(pair, std::vector<double>{3, 2}),
                       doctest::Contains("2 costs for a graph of 3 edges"), ShapeError);
  CHECK_THROWS_WITH_AS(solve_max_weight_matching(SparseGraph::directed(2, {{0, 1}}), std::vector<double>{3}),
                       doctest::Contains("the graph is directed"), ValueError);
}
