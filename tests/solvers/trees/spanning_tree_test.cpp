#include <cotape/engine/base/error.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/trees/spanning_tree.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

using namespace cotape;

namespace {

// The parts that edges leave a graph in, by trying to join their ends, one label a node.
std::int64_t parts_with(const SparseGraph& graph, std::uint64_t edges) {
  std::vector<std::int64_t> label(static_cast<std::size_t>(graph.node_count()));
  std::iota(label.begin(), label.end(), 0);
  for (std::int64_t e = 0; e < graph.edge_count(); ++e)
    if (edges >> e & 1) {
      const std::int64_t from = label[graph.edge(e).from], to = label[graph.edge(e).to];
      std::replace(label.begin(), label.end(), from, to);
    }
  return static_cast<std::int64_t>(std::set<std::int64_t>(label.begin(), label.end()).size());
}

// All spanning forests as sets of edges: as many edges as join parts, and no circle.
std::vector<std::uint64_t> all_forests(const SparseGraph& graph, std::uint64_t allowed) {
  const std::int64_t parts = parts_with(graph, allowed), size = graph.node_count() - parts;
  std::vector<std::uint64_t> all;
  for (std::uint64_t set = 0; set < std::uint64_t{1} << graph.edge_count(); ++set)
    if ((set & ~allowed) == 0 && std::popcount(set) == size && parts_with(graph, set) == parts) all.push_back(set);
  return all;
}

double cost_of(std::uint64_t set, const std::vector<real>& cost) {
  double sum = 0;
  for (std::size_t e = 0; e < cost.size(); ++e)
    if (set >> e & 1) sum += static_cast<double>(cost[e]);
  return sum;
}

std::uint64_t bits_of(const std::vector<real>& solution) {
  std::uint64_t set = 0;
  for (std::size_t e = 0; e < solution.size(); ++e) set |= std::uint64_t{solution[e] == 1} << e;
  return set;
}

SparseGraph random_graph(std::int64_t nodes, std::int64_t edges, Rng& rng) {
  std::vector<Edge> list;
  for (std::int64_t e = 0; e < edges; ++e) list.push_back({rng.below(nodes), rng.below(nodes)});
  return SparseGraph::undirected(nodes, list);
}

// Kruskal's method, with the ties as the header states them.
std::vector<real> by_kruskal(const SparseGraph& graph, const std::vector<real>& cost, Sense sense) {
  std::vector<std::size_t> order(cost.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return sense == Sense::minimise ? cost[a] < cost[b] : cost[a] > cost[b];
  });
  std::vector<std::int64_t> label(static_cast<std::size_t>(graph.node_count()));
  std::iota(label.begin(), label.end(), 0);
  std::vector<real> tree(cost.size());
  for (const std::size_t e : order) {
    const Edge ends = graph.edge(static_cast<std::int64_t>(e));
    const std::int64_t from = label[ends.from], to = label[ends.to];
    if (from == to) continue;
    std::replace(label.begin(), label.end(), from, to);
    tree[e] = 1;
  }
  return tree;
}

}  // namespace

TEST_CASE("spanning_tree: equals an enumeration of all trees and forests up to 6 nodes on 20,000 instances") {
  Rng rng(1);
  int tied = 0, unique = 0, unconnected = 0, compared = 0;
  for (int config = 0; compared < 20000; ++config) {
    CAPTURE(config);
    const std::int64_t nodes = 1 + rng.below(6);
    const SparseGraph graph = config % 4 == 0 && nodes > 1 && nodes < 6 ? SparseGraph::complete(nodes)
                                                                        : random_graph(nodes, 1 + rng.below(11), rng);
    const auto edges = static_cast<std::size_t>(graph.edge_count());
    const bool forest = config % 3 != 0;
    const Sense sense = config % 2 == 0 ? Sense::minimise : Sense::maximise;
    const std::uint64_t all = (std::uint64_t{1} << edges) - 1;
    if (!forest && parts_with(graph, all) > 1) {
      REQUIRE_THROWS_WITH_AS(SpanningTree(graph, {sense, false}), doctest::Contains("do not connect the"), SolverError);
      ++unconnected;
      continue;
    }
    const SpanningTree solver(graph, {sense, forest});
    AllowedEdges data;
    std::uint64_t allowed = all;
    if (config % 5 == 0) {
      allowed = 0;
      for (std::size_t e = 0; e < edges; ++e) {
        data.allowed.push_back(rng.below(5) != 0 ? 1 : 0);
        allowed |= std::uint64_t{data.allowed[e]} << e;
      }
    }
    std::vector<real> cost(edges), solution(edges);
    if (!forest && parts_with(graph, allowed) > 1) {
      REQUIRE_THROWS_WITH_AS(solver.solve(cost, data, solution), doctest::Contains("do not connect the"), SolverError);
      ++unconnected;
      continue;
    }
    const std::vector<std::uint64_t> trees = all_forests(graph, allowed);
    for (int i = 0; i < 20; ++i, ++compared) {
      CAPTURE(i);
      for (real& c : cost)
        c = i % 4 == 0 ? 2 * rng.uniform() - 1 : static_cast<real>(rng.below(i % 4 == 1 ? 3 : 50)) - 1;
      const double sign = sense == Sense::minimise ? 1 : -1;
      double best = std::numeric_limits<double>::infinity();
      int count = 0;
      for (const std::uint64_t tree : trees) {
        const double value = sign * cost_of(tree, cost);
        count = value < best ? 1 : count + (value == best);
        best = std::min(best, value);
      }
      solver.solve(cost, data, solution);
      const std::uint64_t found = bits_of(solution);
      REQUIRE(std::find(trees.begin(), trees.end(), found) != trees.end());
      if (i % 4 == 0) {
        REQUIRE(sign * cost_of(found, cost) <= best + 1e-6);
      } else {
        REQUIRE(sign * cost_of(found, cost) == best);
        REQUIRE(solver.tied(cost, data, solution) == (count > 1));
        ++(count > 1 ? tied : unique);
      }
    }
  }
  CHECK(tied > 1500);
  CHECK(unique > 2000);
  CHECK(unconnected > 80);
}

TEST_CASE("spanning_tree: marginals are the mean over all trees and forests, on 3,000 instances") {
  Rng rng(3);
  for (int i = 0; i < 3000; ++i) {
    CAPTURE(i);
    const std::int64_t nodes = 1 + rng.below(6);
    const SparseGraph graph = i % 4 == 0 && nodes > 1 && nodes < 6 ? SparseGraph::complete(nodes)
                                                                   : random_graph(nodes, 1 + rng.below(11), rng);
    const auto edges = static_cast<std::size_t>(graph.edge_count());
    const Sense sense = i % 2 == 0 ? Sense::minimise : Sense::maximise;
    const SpanningTree solver(graph, {sense, true});
    AllowedEdges data;
    std::uint64_t allowed = (std::uint64_t{1} << edges) - 1;
    if (i % 5 == 0) {
      allowed = 0;
      for (std::size_t e = 0; e < edges; ++e) {
        data.allowed.push_back(rng.below(5) != 0 ? 1 : 0);
        allowed |= std::uint64_t{data.allowed[e]} << e;
      }
    }
    // Up to weights of e^(±5e8), where the best tree alone counts unless others are as good.
    const real range = i % 3 == 0 ? real(1e8) : i % 3 == 1 ? 20 : 1;
    std::vector<real> cost(edges), mean(edges, real(7));
    for (real& c : cost) c = range * std::round(100 * (2 * rng.uniform() - 1)) / 100;
    const std::vector<std::uint64_t> trees = all_forests(graph, allowed);
    const double sign = sense == Sense::minimise ? -1 : 1;
    double best = -std::numeric_limits<double>::infinity(), weights = 0;
    for (const std::uint64_t tree : trees) best = std::max(best, sign * cost_of(tree, cost));
    std::vector<double> expected(edges);
    for (const std::uint64_t tree : trees) {
      const double weight = std::exp(sign * cost_of(tree, cost) - best);
      weights += weight;
      for (std::size_t e = 0; e < edges; ++e) expected[e] += tree >> e & 1 ? weight : 0;
    }
    solver.marginals(cost, data, mean);
    for (std::size_t e = 0; e < edges; ++e)
      REQUIRE(static_cast<double>(mean[e]) == doctest::Approx(expected[e] / weights).epsilon(1e-6).scale(1));
    if (data.allowed.empty()) {
      std::vector<real> without_data(edges);
      solver.marginals(cost, without_data);
      REQUIRE(without_data == mean);
    }
  }
}

TEST_CASE("spanning_tree: marginals of large graphs and of costs at the ends of the range, and refusals") {
  // Every edge of a complete graph is in 2/n of its trees; every edge of a circle of n in (n − 1)/n.
  const auto uniform = [](const SparseGraph& graph, double expected) {
    std::vector<real> mean(static_cast<std::size_t>(graph.edge_count()));
    SpanningTree(graph).marginals(std::vector<real>(mean.size(), real(3)), mean);
    for (const real m : mean) REQUIRE(static_cast<double>(m) == doctest::Approx(expected).epsilon(1e-6));
  };
  uniform(SparseGraph::complete(60), 2.0 / 60);
  std::vector<Edge> circle;
  for (std::int64_t i = 0; i < 500; ++i) circle.push_back({i, (i + 1) % 500});
  uniform(SparseGraph::undirected(500, circle), 499.0 / 500);

  const SparseGraph graph = SparseGraph::complete(8);
  constexpr real largest = std::numeric_limits<real>::max();
  std::vector<real> cost(28), mean(28), tree(28);
  Rng rng(4);
  for (real& c : cost) c = largest * (2 * rng.uniform() - 1);
  const SpanningTree solver(graph);
  solver.marginals(cost, mean);
  solver.solve(cost, tree);
  CHECK(mean == tree);

  const Solver any = solver;
  CHECK(any.can(Ability::marginals));
  const AllowedEdges two{{1, 1, 0, 0, 0, 0}};
  CHECK_THROWS_WITH_AS(SpanningTree(SparseGraph::complete(4)).marginals(std::vector<real>(6), two, mean),
                       doctest::Contains("do not connect the 4 nodes: there are 2 parts"), SolverError);
}

TEST_CASE(
    "spanning_tree: Prim's method and Kruskal's give the same tree, ties and all, on 600 graphs of up to 300 nodes") {
  Rng rng(2);
  for (int i = 0; i < 600; ++i) {
    CAPTURE(i);
    const std::int64_t nodes = 2 + rng.below(i % 20 == 0 ? 299 : 60);
    const SparseGraph graph = i % 3 == 0   ? SparseGraph::complete(nodes)
                              : i % 3 == 1 ? random_graph(nodes, nodes * nodes / 8 + 1, rng)
                                           : random_graph(nodes, 2 * nodes, rng);
    const Sense sense = i % 2 == 0 ? Sense::minimise : Sense::maximise;
    std::vector<real> cost(static_cast<std::size_t>(graph.edge_count())), solution(cost.size());
    for (real& c : cost) {
      const real uniform = 2 * rng.uniform() - 1;
      c = i % 5 < 2    ? static_cast<real>(rng.below(4)) - 2
          : i % 5 == 2 ? uniform * real(3e38)
          : i % 5 == 3 ? uniform * real(1e-44)
                       : uniform;
      if (c == 0 && rng.below(2) == 0) c = -c;  // −0 and 0 are equal
    }
    SpanningTree(graph, {sense, true}).solve(cost, solution);
    REQUIRE(solution == by_kruskal(graph, cost, sense));
  }
}

TEST_CASE("spanning_tree: the layer, edges that may not be used, and refusals") {
  const SpanningTree tree(SparseGraph::complete(4));
  CHECK(tree.traits().shape == Shape{6});
  CHECK(tree.traits().constant_sum);
  const auto layer = differentiable(tree, Identity{});
  Tape tape;
  const Var cost = tape.variable(Tensor(Shape{2, 6}, {1, 2, 3, 9, 9, 9, 1, 2, 3, 9, 9, 9}));
  std::vector<AllowedEdges> data(2);
  data[1].allowed = {0, 1, 1, 1, 1, 1};
  CHECK(layer(cost, data).value() == Tensor(Shape{2, 6}, {1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0}));
  data[1].allowed = {0, 0, 0, 1, 1, 1};
  CHECK_THROWS_WITH_AS(layer(cost, data),
                       doctest::Contains("instance 1: spanning_tree: the edges that may be used do not connect the 4 "
                                         "nodes: there are 2 parts"),
                       SolverError);
  data[1].allowed = {1};
  CHECK_THROWS_WITH_AS(layer(cost, data), doctest::Contains("instance data tell of 1 edges, but the graph has 6"),
                       ValueError);
  CHECK_THROWS_WITH_AS(SpanningTree(SparseGraph::directed(2, {{0, 1}})), doctest::Contains("the graph is directed"),
                       ValueError);
  CHECK_THROWS_WITH_AS(SpanningTree(SparseGraph::complete(1)), doctest::Contains("has no edges"), ValueError);
  CHECK_THROWS_WITH_AS(SpanningTree(SparseGraph::undirected(3, {{0, 1}})), doctest::Contains("there are 2 parts"),
                       SolverError);
}
