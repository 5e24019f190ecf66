#include <cotape/bench/peers/lemon/peers.h>
#include <cotape/bench/peers/problems/problem.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/flow/min_cost_flow.h>

#include <algorithm>

namespace cotape::bench {
namespace {

struct Network {
  std::string kind;
  SparseGraph graph;
  FlowProblem problem;
};

// Neighbours of a grid, in both directions: 8 units from corner to corner, 5 at most over an edge.
Network grid_network(std::int64_t size) {
  std::vector<Edge> ends;
  const auto join = [&](std::int64_t a, std::int64_t b) {
    ends.push_back({a, b});
    ends.push_back({b, a});
  };
  for (std::int64_t r = 0; r < size; ++r)
    for (std::int64_t c = 0; c < size; ++c) {
      if (c + 1 < size) join(r * size + c, r * size + c + 1);
      if (r + 1 < size) join(r * size + c, (r + 1) * size + c);
    }
  Network network{"grid", SparseGraph::directed(size * size, ends), {}};
  network.problem.supplies.assign(static_cast<std::size_t>(size * size), 0);
  network.problem.supplies.front() = 8;
  network.problem.supplies.back() = -8;
  network.problem.capacities.assign(ends.size(), 5);
  return network;
}

// As those of the generator NETGEN (D. Klingman, A. Napier, J. Stutz, 1974): ten edges from every node to others, with
// capacities of 1 to 1,000, and one to the next node without a limit, so that there is a flow; a fifth of the nodes
// give, and a fifth take, 100 units each.
Network random_network(std::int64_t nodes, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<Edge> ends;
  FlowProblem problem;
  for (std::int64_t from = 0; from < nodes; ++from) {
    ends.push_back({from, (from + 1) % nodes});
    problem.capacities.push_back(FlowProblem::unlimited);
    for (int k = 0; k < 9; ++k) {
      ends.push_back({from, (from + 1 + rng.below(nodes - 1)) % nodes});
      problem.capacities.push_back(1 + rng.below(1000));
    }
  }
  problem.supplies.assign(static_cast<std::size_t>(nodes), 0);
  const std::vector<std::int64_t> order = random_permutation(nodes, rng.split(1));
  for (std::int64_t i = 0; i < nodes / 5; ++i) {
    problem.supplies[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])] = 100;
    problem.supplies[static_cast<std::size_t>(order[static_cast<std::size_t>(nodes - 1 - i)])] = -100;
  }
  return {"random", SparseGraph::directed(nodes, ends), problem};
}

// Costs are whole numbers up to 10,000, as LEMON's methods want them.
Tensor whole_costs(const Shape& shape, std::uint64_t seed) {
  Rng rng(seed);
  Tensor costs(shape);
  for (real& cost : costs.values()) cost = static_cast<real>(1 + rng.below(10000));
  return costs;
}

Problem flow(const Network& network, const ProblemOptions& options) {
  FlowNetwork peer{.graph = peer_graph(network.graph)};
  for (const std::int64_t supply : network.problem.supplies) peer.supplies.push_back(static_cast<int>(supply));
  for (const std::int64_t capacity : network.problem.capacities)
    peer.capacities.push_back(capacity == FlowProblem::unlimited ? FlowNetwork::unlimited : static_cast<int>(capacity));
  std::vector<Engine> engines = cotape_engine(MinCostFlow(network.graph, network.problem));
  if constexpr (has_lemon) add_peers(engines, lemon_peers::flows(peer));
  const std::int64_t edges = network.graph.edge_count();
  return {"minimum-cost flow", std::to_string(network.graph.node_count()), network.kind,
          whole_costs({options.instances(edges), edges}, options.seed), engines};
}

}  // namespace

std::vector<Problem> flow_problems(const ProblemOptions& options) {
  return {flow(grid_network(10), options), flow(random_network(100, options.seed), options),
          flow(random_network(1000, options.seed), options)};
}

}  // namespace cotape::bench
