#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/flow/min_cost_flow.h>
#include <cotape/solvers/flow/transportation.h>

#include <cmath>
#include <numeric>

#include "flow_reference.h"

using namespace cotape;

namespace {

using Amounts = std::vector<std::int64_t>;
constexpr std::int64_t unlimited = FlowProblem::unlimited;

double cost_of(const Amounts& flow, const std::vector<real>& cost) {
  double sum = 0;
  for (std::size_t e = 0; e < flow.size(); ++e) sum += static_cast<double>(flow[e]) * static_cast<double>(cost[e]);
  return sum;
}

bool brings_all(const SparseGraph& graph, const FlowProblem& problem, const Amounts& flow) {
  Amounts left = problem.supplies;
  for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
    if (flow[e] < 0 || (!problem.capacities.empty() && flow[e] > problem.capacities[e])) return false;
    left[graph.edge(e).from] -= flow[e];
    left[graph.edge(e).to] += flow[e];
  }
  return std::all_of(left.begin(), left.end(), [](std::int64_t x) { return x == 0; });
}

// The least cost of all flows, one after the other; infinity: there is none.
double least_cost(const SparseGraph& graph, const FlowProblem& problem, const std::vector<real>& cost) {
  double least = std::numeric_limits<double>::infinity();
  Amounts flow(static_cast<std::size_t>(graph.edge_count()), 0);
  for (;;) {
    if (brings_all(graph, problem, flow)) least = std::min(least, cost_of(flow, cost));
    std::size_t e = 0;
    while (e < flow.size() && flow[e] == problem.capacities[e]) flow[e++] = 0;
    if (e == flow.size()) return least;
    ++flow[e];
  }
}

Amounts solved(const Solver& solver, const std::vector<real>& cost, const Instances& data = {}) {
  std::vector<real> solution(cost.size(), real(7));
  solver.solve(cost, solution, data.given() ? data[0] : InstanceView{});
  return {solution.begin(), solution.end()};
}

// Costs that are exact multiples of 1/64, of either sign.
std::vector<real> random_costs(std::int64_t n, bool whole, Rng& rng) {
  std::vector<real> cost;
  for (std::int64_t e = 0; e < n; ++e)
    cost.push_back(whole ? static_cast<real>(rng.below(5) - 1) : static_cast<real>(rng.below(1000) - 200) / 64);
  return cost;
}

// Whether no cycle of edges with room has a negative cost: then no other flow is cheaper (Klein).
bool is_cheapest(const SparseGraph& graph, const FlowProblem& problem, const Amounts& flow,
                 const std::vector<real>& cost) {
  const auto nodes = static_cast<std::size_t>(graph.node_count());
  std::vector<double> distance(nodes, 0);
  for (std::size_t round = 0; round <= nodes; ++round) {
    bool changed = false;
    const auto relax = [&](std::int64_t from, std::int64_t to, double c) {
      if (distance[from] + c >= distance[to] - 1e-9) return;
      distance[to] = distance[from] + c;
      changed = true;
    };
    for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
      const auto [from, to] = graph.edge(e);
      if (problem.capacities.empty() || flow[e] < problem.capacities[e]) relax(from, to, static_cast<double>(cost[e]));
      if (flow[e] > 0) relax(to, from, -static_cast<double>(cost[e]));
    }
    if (!changed) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("min_cost_flow: the cheapest of all flows, or none, on 20,000 instances") {
  Rng rng(1);
  int solvable = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t nodes = 1 + rng.below(5), edges = 1 + rng.below(6);
    const SparseGraph graph = random_graph(nodes, edges, true, rng);
    FlowProblem problem;
    for (std::int64_t e = 0; e < edges; ++e) problem.capacities.push_back(rng.below(3));
    Amounts flow;  // mostly supplies that some flow brings to their place
    for (const std::int64_t capacity : problem.capacities) flow.push_back(rng.below(capacity + 1));
    problem.supplies.assign(static_cast<std::size_t>(nodes), 0);
    for (std::int64_t e = 0; e < edges; ++e) {
      problem.supplies[graph.edge(e).from] += flow[e];
      problem.supplies[graph.edge(e).to] -= flow[e];
    }
    if (rng.below(4) == 0) {
      ++problem.supplies[rng.below(nodes)];
      --problem.supplies[rng.below(nodes)];
    }
    const std::vector<real> cost = random_costs(edges, i % 2 == 0, rng);
    const double least = least_cost(graph, problem, cost);
    CAPTURE(i);
    const MinCostFlow solver(graph, problem);
    if (std::isinf(least)) {
      REQUIRE_THROWS_WITH_AS(solved(solver, cost), doctest::Contains("cannot be brought"), SolverError);
      continue;
    }
    const Amounts found = solved(solver, cost);
    REQUIRE(brings_all(graph, problem, found));
    REQUIRE(cost_of(found, cost) == least);
    ++solvable;
  }
  CHECK(solvable > 10'000);
}

TEST_CASE("min_cost_flow: on larger networks no change of the flow is cheaper") {
  Rng rng(2);
  for (int i = 0; i < 200; ++i) {
    const std::int64_t nodes = 10 + rng.below(60), edges = nodes * (2 + rng.below(6));
    const SparseGraph graph = random_graph(nodes, edges, true, rng);
    FlowProblem problem{Amounts(static_cast<std::size_t>(nodes), 0), {}};
    for (std::int64_t e = 0; e < edges; ++e) {
      problem.capacities.push_back(rng.below(20));
      const std::int64_t flow = rng.below(problem.capacities.back() + 1);
      problem.supplies[graph.edge(e).from] += flow;
      problem.supplies[graph.edge(e).to] -= flow;
    }
    const std::vector<real> cost = random_costs(edges, i % 2 == 0, rng);
    const Amounts found = solved(MinCostFlow(graph, problem), cost);
    CAPTURE(i);
    REQUIRE(brings_all(graph, problem, found));
    REQUIRE(is_cheapest(graph, problem, found, cost));
  }
}

TEST_CASE("min_cost_flow: to one node from some, with capacities that part the flow, and without any") {
  Rng rng(7);
  int full = 0;
  for (int i = 0; i < 300; ++i) {
    const std::int64_t nodes = 10 + rng.below(60), edges = nodes * (1 + rng.below(6)), sources = 1 + rng.below(4);
    std::vector<Edge> ends;
    for (std::int64_t v = 0; v < nodes; ++v) ends.push_back({v, (v + 1) % nodes});  // so that there is a flow
    for (std::int64_t e = 0; e < edges; ++e) ends.push_back({rng.below(nodes), rng.below(nodes)});
    const SparseGraph graph = SparseGraph::directed(nodes, ends);
    const bool limited = i % 3 > 0;
    FlowProblem problem{Amounts(static_cast<std::size_t>(nodes), 0), {}};
    const std::int64_t sink = rng.below(nodes);
    for (std::int64_t s = 0; s < sources; ++s) {
      const std::int64_t amount = rng.below(12), from = rng.below(nodes);
      problem.supplies[from] += amount;
      problem.supplies[sink] -= amount;
    }
    if (limited)
      for (std::int64_t e = 0; e < std::ssize(ends); ++e)
        problem.capacities.push_back(e < nodes ? (i % 2 == 0 ? 100 : unlimited) : rng.below(6));
    std::vector<real> cost = random_costs(std::ssize(ends), i % 2 == 0, rng);
    for (std::size_t e = 0; e < cost.size(); ++e)
      if (!limited || problem.capacities[e] == unlimited) cost[e] = std::abs(cost[e]);
    const Amounts found = solved(MinCostFlow(graph, problem), cost);
    CAPTURE(i);
    REQUIRE(brings_all(graph, problem, found));
    REQUIRE(is_cheapest(graph, problem, found, cost));
    for (std::size_t e = static_cast<std::size_t>(nodes); limited && e < cost.size(); ++e)
      if (cost[e] > 0 && found[e] > 0 && found[e] == problem.capacities[e]) {
        ++full;
        break;
      }
  }
  CHECK(full > 100);
  const auto line = SparseGraph::directed(3, {{0, 1}, {2, 1}});
  CHECK_THROWS_WITH_AS(solved(MinCostFlow(line, {{2, 0, -2}, {}}), {1, 1}),
                       doctest::Contains("node 0 cannot send all of 2"), SolverError);
}

TEST_CASE("transportation: assignments are the best of all permutations, larger problems the cheapest flows") {
  Rng rng(3);
  for (int i = 0; i < 2000; ++i) {
    const std::int64_t n = 1 + rng.below(6);
    const std::vector<real> cost = random_costs(n * n, i % 2 == 0, rng);
    const Amounts ones(static_cast<std::size_t>(n), 1);
    Amounts order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), 0);
    double least = std::numeric_limits<double>::infinity();
    do {
      double sum = 0;
      for (std::int64_t row = 0; row < n; ++row) sum += static_cast<double>(cost[row * n + order[row]]);
      least = std::min(least, sum);
    } while (std::next_permutation(order.begin(), order.end()));
    REQUIRE(cost_of(solved(Transportation({ones, ones}), cost), cost) == least);
  }
  for (int i = 0; i < 100; ++i) {
    const std::int64_t sources = 1 + rng.below(20), sinks = 1 + rng.below(20);
    TransportationProblem problem{Amounts(static_cast<std::size_t>(sources), 0),
                                  Amounts(static_cast<std::size_t>(sinks), 0)};
    for (int unit = 0; unit < 100; ++unit) {
      ++problem.supplies[rng.below(sources)];
      ++problem.demands[rng.below(sinks)];
    }
    std::vector<Edge> edges;
    for (std::int64_t a = 0; a < sources; ++a)
      for (std::int64_t b = 0; b < sinks; ++b) edges.push_back({a, sources + b});
    const auto graph = SparseGraph::directed(sources + sinks, edges);
    FlowProblem flow{problem.supplies, {}};
    for (const std::int64_t demand : problem.demands) flow.supplies.push_back(-demand);
    const std::vector<real> cost = random_costs(sources * sinks, i % 2 == 0, rng);
    const Amounts found = solved(Transportation(sources, sinks), cost, std::vector<TransportationProblem>{problem});
    REQUIRE(brings_all(graph, flow, found));
    REQUIRE(is_cheapest(graph, flow, found, cost));
  }
}

TEST_CASE("min_cost_flow: small cases by hand, tiny and huge costs") {
  // 0 → 1 → 3 and 0 → 2 → 3, and 0 → 3 at once.
  const auto graph = SparseGraph::directed(4, {{0, 1}, {1, 3}, {0, 2}, {2, 3}, {0, 3}});
  const FlowProblem three{{3, 0, 0, -3}, {2, 2, 1, 1, 5}};
  constexpr real largest = std::numeric_limits<real>::max(), smallest = std::numeric_limits<real>::denorm_min();
  for (const real unit : {smallest, real(1), largest / 16})
    CHECK(solved(MinCostFlow(graph, three), {unit, unit, 2 * unit, 2 * unit, 9 * unit}) == Amounts{2, 2, 1, 1, 0});
  CHECK(solved(MinCostFlow(graph, {{3, 0, 0, -3}, {}}), {1, 1, 2, 2, 9}) == Amounts{3, 3, 0, 0, 0});
  CHECK(solved(MinCostFlow(graph, {{0, 0, 0, 0}, {}}), {1, 1, 1, 1, 1}) == Amounts{0, 0, 0, 0, 0});
  const auto circle = SparseGraph::directed(3, {{0, 1}, {1, 2}, {2, 0}, {1, 1}});
  CHECK(solved(MinCostFlow(circle, {{0, 0, 0}, {4, 3, unlimited, 7}}), {1, -5, 2, -1}) == Amounts{3, 3, 3, 7});
  CHECK_THROWS_WITH_AS(solved(MinCostFlow(circle, {{0, 0, 0}, {}}), {1, -5, 2, 1}),
                       doctest::Contains("a cycle of negative cost has no limit"), SolverError);
}

TEST_CASE("min_cost_flow and transportation: what they say of themselves, and refusals") {
  const auto graph = SparseGraph::directed(3, {{0, 1}, {1, 2}});
  CHECK(MinCostFlow(graph).traits().shape == Shape{2});
  CHECK(Transportation(2, 3).traits().shape == Shape{2, 3});
  CHECK(Transportation(2, 3).traits().constant_sum);
  CHECK_THROWS_WITH_AS(MinCostFlow(SparseGraph::undirected(2, {{0, 1}})), doctest::Contains("undirected"), ValueError);
  CHECK_THROWS_WITH_AS(MinCostFlow(SparseGraph::directed(2, {})), doctest::Contains("no edges"), ValueError);
  CHECK_THROWS_WITH_AS(Transportation(0, 3), doctest::Contains("0 sources and 3 sinks make no pairs"), ValueError);

  const auto refuses = [](const Solver& solver, const Instances& data, const char* message) {
    Oracle oracle(solver);
    const Tensor scores(solver.traits().shape.inserted(0, 2));
    Tensor solutions(scores.shape());
    CHECK_THROWS_WITH_AS(oracle.argmax(scores, solutions, Phase::forward, data), doctest::Contains(message),
                         SolverError);
  };
  using Flows = std::vector<FlowProblem>;
  const FlowProblem good{{1, 0, -1}, {}};
  refuses(MinCostFlow(graph), Flows{good, {{1, -1}, {}}}, "min_cost_flow: instance 1: 2 supplies for 3 nodes");
  refuses(MinCostFlow(graph), Flows{good, {{1, 0, -1}, {1}}}, "instance 1: 1 capacities for 2 edges");
  refuses(MinCostFlow(graph), Flows{good, {{1, 0, 0}, {}}}, "instance 1: the sum of all supplies is 1, not 0");
  refuses(MinCostFlow(graph), Flows{good, {{1, 0, -1}, {1, -1}}}, "instance 1: the capacity -1 of edge 1");
  refuses(MinCostFlow(graph), Flows{good, {{unlimited, 0, -1}, {}}}, "of node 0 is too large");
  refuses(MinCostFlow(graph), Flows{good, {{-1, 0, 1}, {}}}, "instance 1: the supplies cannot be brought");
  refuses(MinCostFlow(graph), {}, "instance 0: 0 supplies for 3 nodes");
  using Plans = std::vector<TransportationProblem>;
  const TransportationProblem even{{1, 1}, {2}};
  refuses(Transportation(2, 1), Plans{even, {{1, 1}, {3}}}, "instance 1: the supplies are 2 together, the demands 3");
  refuses(Transportation(2, 1), Plans{even, {{1}, {1}}}, "instance 1: 1 supplies where 2 are wanted");
  refuses(Transportation(2, 1), Plans{even, {{3, -1}, {2}}}, "instance 1: -1 among the supplies is negative");
}
