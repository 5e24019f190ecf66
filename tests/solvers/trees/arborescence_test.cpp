#include <cotape/engine/base/error.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/trees/arborescence.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace cotape;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Whether the edges enter each node but the root once, and going back along them leads to the root from everywhere.
bool is_arborescence(const SparseGraph& graph, const std::vector<std::int64_t>& edges, std::int64_t root) {
  std::vector<std::int64_t> before(static_cast<std::size_t>(graph.node_count()), -1);
  for (const std::int64_t e : edges) {
    if (before[graph.edge(e).to] >= 0) return false;
    before[graph.edge(e).to] = graph.edge(e).from;
  }
  for (std::int64_t v = 0; v < graph.node_count(); ++v) {
    std::int64_t node = v;
    for (std::int64_t step = 0; step < graph.node_count() && node >= 0 && node != root; ++step) node = before[node];
    if (node != root) return false;
  }
  return before[root] < 0;
}

// All sets of edges that are arborescences from the root (−1: from any), by trying each edge into each node.
void add_arborescences(const SparseGraph& graph, const AllowedEdges& allowed, std::int64_t root, std::int64_t node,
                       std::vector<std::int64_t>& edges, std::vector<std::vector<std::int64_t>>& all) {
  if (node == graph.node_count()) {
    if (is_arborescence(graph, edges, root)) all.push_back(edges);
    return;
  }
  if (node == root) return add_arborescences(graph, allowed, root, node + 1, edges, all);
  for (const auto [edge, from] : graph.in_edges(node)) {
    if (!allowed[edge]) continue;
    edges.push_back(edge);
    add_arborescences(graph, allowed, root, node + 1, edges, all);
    edges.pop_back();
  }
}
std::vector<std::vector<std::int64_t>> all_arborescences(const SparseGraph& graph, const AllowedEdges& allowed,
                                                         std::int64_t root) {
  std::vector<std::vector<std::int64_t>> all;
  std::vector<std::int64_t> edges;
  for (std::int64_t r = 0; r < graph.node_count(); ++r)
    if (root == -1 || r == root) add_arborescences(graph, allowed, r, 0, edges, all);
  return all;
}

std::vector<std::int64_t> edges_of(const std::vector<real>& solution) {
  std::vector<std::int64_t> edges;
  for (std::size_t e = 0; e < solution.size(); ++e)
    if (solution[e] == 1)
      edges.push_back(static_cast<std::int64_t>(e));
    else
      CHECK(solution[e] == 0);
  return edges;
}

double cost_of(const std::vector<std::int64_t>& edges, const std::vector<real>& cost) {
  double sum = 0;
  for (const std::int64_t e : edges) sum += static_cast<double>(cost[e]);
  return sum;
}

SparseGraph random_graph(std::int64_t nodes, std::int64_t edges, Rng& rng) {
  std::vector<Edge> list;
  for (std::int64_t e = 0; e < edges; ++e) list.push_back({rng.below(nodes), rng.below(nodes)});
  return SparseGraph::directed(nodes, list);
}
SparseGraph complete_graph(std::int64_t nodes) {
  std::vector<Edge> list;
  for (std::int64_t a = 0; a < nodes; ++a)
    for (std::int64_t b = 0; b < nodes; ++b)
      if (a != b) list.push_back({a, b});
  return SparseGraph::directed(nodes, list);
}

// The cost of a cheapest arborescence by Chu's and Liu's method as it is in textbooks: all circles at once, the graph
// made anew each time.
double by_chu_liu(const SparseGraph& graph, const std::vector<double>& cost, std::int64_t root) {
  struct Arc {
    std::int64_t from, to;
    double cost;
  };
  std::vector<Arc> arcs;
  for (std::int64_t e = 0; e < graph.edge_count(); ++e) arcs.push_back({graph.edge(e).from, graph.edge(e).to, cost[e]});
  std::int64_t nodes = graph.node_count();
  for (double sum = 0;;) {
    std::vector<double> least(static_cast<std::size_t>(nodes), infinity);
    std::vector<std::int64_t> before(least.size(), -1), label(least.size(), -1), visitor(least.size(), -1);
    for (const Arc& arc : arcs)
      if (arc.from != arc.to && arc.to != root && arc.cost < least[arc.to]) {
        least[arc.to] = arc.cost;
        before[arc.to] = arc.from;
      }
    for (std::int64_t v = 0; v < nodes; ++v)
      if (v != root && before[v] < 0) return infinity;
    std::int64_t labels = 0;
    bool circles = false;
    for (std::int64_t v = 0; v < nodes; ++v) {
      if (v == root) continue;
      sum += least[v];
      std::int64_t u = v;
      while (u != root && visitor[u] < 0) {
        visitor[u] = v;
        u = before[u];
      }
      if (u == root || visitor[u] != v || label[u] >= 0) continue;
      circles = true;
      for (; label[u] < 0; u = before[u]) label[u] = labels;
      ++labels;
    }
    if (!circles) return sum;
    for (std::int64_t& l : label)
      if (l < 0) l = labels++;
    for (Arc& arc : arcs) {
      if (arc.to != root) arc.cost -= least[arc.to];
      arc.from = label[arc.from];
      arc.to = label[arc.to];
    }
    root = label[root];
    nodes = labels;
  }
}

}  // namespace

TEST_CASE("arborescence: equals an enumeration of all arborescences up to 6 nodes on 20,000 instances") {
  Rng rng(1);
  int compared = 0, tied = 0, unreached = 0;
  for (int config = 0; compared < 20000; ++config) {
    CAPTURE(config);
    const std::int64_t nodes = 1 + rng.below(6);
    const SparseGraph graph =
        config % 4 == 0 && nodes > 1 && nodes < 6 ? complete_graph(nodes) : random_graph(nodes, 1 + rng.below(15), rng);
    const auto edges = static_cast<std::size_t>(graph.edge_count());
    const Sense sense = config % 2 == 0 ? Sense::minimise : Sense::maximise;
    const std::int64_t root = rng.below(nodes + 1) - 1;
    if (all_arborescences(graph, {}, root).empty()) {
      REQUIRE_THROWS_WITH_AS(Arborescence(graph, {sense, root}),
                             doctest::Contains("arborescence: over the edges that may be used"), SolverError);
      ++unreached;
      continue;
    }
    const Arborescence solver(graph, {sense, root});
    ArborescenceInstance data;
    if (config % 3 == 0) data.root = rng.below(nodes);
    if (config % 5 == 0)
      for (std::size_t e = 0; e < edges; ++e) data.edges.allowed.push_back(rng.below(5) != 0 ? 1 : 0);
    std::vector<real> cost(edges), solution(edges);
    const auto all = all_arborescences(graph, data.edges, data.root >= 0 ? data.root : root);
    if (all.empty()) {
      REQUIRE_THROWS_WITH_AS(solver.solve(cost, data, solution),
                             doctest::Contains("arborescence: over the edges that may be used"), SolverError);
      ++unreached;
      continue;
    }
    for (int i = 0; i < 20; ++i, ++compared) {
      CAPTURE(i);
      for (real& c : cost) {
        const real uniform = 2 * rng.uniform() - 1;
        c = i % 5 == 0   ? uniform
            : i % 5 == 1 ? std::ldexp(std::round(uniform * 100), 100)
            : i % 5 == 2 ? std::ldexp(std::round(uniform * 100), -149)
            : i % 5 == 3 ? static_cast<real>(rng.below(3)) - 1
                         : static_cast<real>(rng.below(50)) - 10;
      }
      if (i == 19) std::fill(cost.begin(), cost.end(), real(0));
      const double sign = sense == Sense::minimise ? 1 : -1;
      double best = infinity;
      int count = 0;
      for (const auto& one : all) {
        const double value = sign * cost_of(one, cost);
        count = value < best ? 1 : count + (value == best);
        best = std::min(best, value);
      }
      tied += count > 1;
      solver.solve(cost, data, solution);
      const std::vector<std::int64_t> found = edges_of(solution);
      const bool is_one = std::any_of(all.begin(), all.end(), [&](const std::vector<std::int64_t>& one) {
        return std::is_permutation(one.begin(), one.end(), found.begin(), found.end());
      });
      REQUIRE(is_one);
      const double value = sign * cost_of(found, cost);
      if (i % 5 == 0)
        REQUIRE(value == doctest::Approx(best).epsilon(1e-12));  // sums that are rounded
      else
        REQUIRE(value == best);
    }
  }
  CHECK(tied > 2000);
  CHECK(unreached > 80);
}

TEST_CASE("arborescence: costs what the textbook's method says on 200 graphs of up to 200 nodes") {
  Rng rng(2);
  int reached = 0;
  for (int i = 0; i < 200; ++i) {
    CAPTURE(i);
    const std::int64_t nodes = 2 + rng.below(i % 20 == 0 ? 199 : 50);
    const SparseGraph graph = i % 2 == 0 ? complete_graph(nodes) : random_graph(nodes, 5 * nodes, rng);
    const bool free_root = nodes < 30 && i % 3 == 0;
    const std::int64_t root = rng.below(nodes);
    std::vector<real> cost(static_cast<std::size_t>(graph.edge_count())), solution(cost.size());
    std::vector<double> least(cost.size());
    for (std::size_t e = 0; e < cost.size(); ++e) {
      cost[e] = static_cast<real>(rng.below(i % 4 == 0 ? 5 : 10000)) - 2;
      least[e] = static_cast<double>(i % 5 == 0 ? -cost[e] : cost[e]);
    }
    double best = infinity;
    for (std::int64_t r = 0; r < nodes; ++r)
      if (free_root || r == root) best = std::min(best, by_chu_liu(graph, least, r));
    const ArborescenceOptions options{i % 5 == 0 ? Sense::maximise : Sense::minimise, free_root ? -1 : root};
    if (best == infinity) {
      REQUIRE_THROWS_AS(Arborescence(graph, options), SolverError);
      continue;
    }
    ++reached;
    Arborescence(graph, options).solve(cost, solution);
    const std::vector<std::int64_t> found = edges_of(solution);
    std::int64_t begin = root;
    if (free_root) {
      std::vector<bool> entered(static_cast<std::size_t>(nodes));
      for (const std::int64_t e : found) entered[graph.edge(e).to] = true;
      begin = std::find(entered.begin(), entered.end(), false) - entered.begin();
    }
    REQUIRE(is_arborescence(graph, found, begin));
    REQUIRE(std::abs(cost_of(found, cost)) == std::abs(best));
  }
  CHECK(reached > 120);
}

TEST_CASE("arborescence: the layer, each instance's edges and root, and refusals") {
  // 0 → 1 → 2 → 0 for 1 each, and 0 → 2, 2 → 1 for 5 each.
  const Arborescence solver(SparseGraph::directed(3, {{0, 1}, {1, 2}, {2, 0}, {0, 2}, {2, 1}}));
  CHECK(solver.traits().shape == Shape{5});
  CHECK(solver.traits().constant_sum);
  const auto layer = differentiable(solver, Identity{});
  Tape tape;
  const Var cost = tape.variable(Tensor(Shape{2, 5}, {1, 1, 1, 5, 5, 1, 1, 1, 5, 5}));
  std::vector<ArborescenceInstance> data(2);
  data[0].root = 1;
  data[1].root = 0;
  data[1].edges.allowed = {1, 0, 1, 1, 1};
  CHECK(layer(cost, data).value() == Tensor(Shape{2, 5}, {0, 1, 1, 0, 0, 1, 0, 0, 1, 0}));
  data[1].edges.allowed = {1, 0, 1, 0, 1};
  CHECK_THROWS_WITH_AS(
      layer(cost, data),
      doctest::Contains("instance 1: arborescence: over the edges that may be used, root 0 does not reach node 2"),
      SolverError);
  data[1].root = -1;
  data[1].edges.allowed = {1, 0, 0, 0, 0};
  CHECK_THROWS_WITH_AS(
      layer(cost, data),
      doctest::Contains("instance 1: arborescence: over the edges that may be used, no node reaches both 0 and 2"),
      SolverError);
  data[1].edges.allowed = {1};
  CHECK_THROWS_WITH_AS(layer(cost, data), doctest::Contains("instance data tell of 1 edges, but the graph has 5"),
                       ValueError);
  data[1] = {.root = 3};
  CHECK_THROWS_WITH_AS(layer(cost, data), doctest::Contains("root 3 is not one of 3 nodes"), ValueError);
  CHECK_THROWS_WITH_AS(Arborescence(SparseGraph::complete(3)), doctest::Contains("the graph is undirected"),
                       ValueError);
  CHECK_THROWS_WITH_AS(Arborescence(SparseGraph::directed(1, {})), doctest::Contains("has no edges"), ValueError);
  CHECK_THROWS_WITH_AS(Arborescence(SparseGraph::directed(2, {{0, 1}}), {.root = 2}),
                       doctest::Contains("root 2 is not one of 2 nodes"), ValueError);
  CHECK_THROWS_WITH_AS(Arborescence(SparseGraph::directed(3, {{0, 2}, {1, 2}})),
                       doctest::Contains("no node reaches both 0 and 1"), SolverError);
}
