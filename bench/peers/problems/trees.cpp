#include <cotape/bench/peers/boost/peers.h>
#include <cotape/bench/peers/lemon/peers.h>
#include <cotape/bench/peers/problems/problem.h>
#include <cotape/solvers/trees/arborescence.h>
#include <cotape/solvers/trees/spanning_tree.h>

namespace cotape::bench {
namespace {

Problem spanning_tree(int nodes, const ProblemOptions& options) {
  const SparseGraph graph = SparseGraph::complete(nodes);
  std::vector<Engine> engines = cotape_engine(SpanningTree(graph));
  if constexpr (has_boost) add_peers(engines, boost_peers::spanning_trees(peer_graph(graph)));
  if constexpr (has_lemon) add_peers(engines, lemon_peers::spanning_trees(peer_graph(graph)));
  const std::int64_t edges = graph.edge_count();
  return {"spanning tree", std::to_string(nodes), "uniform",
          uniform_costs({options.instances(edges), edges}, options.seed), engines};
}

// From the first node, in a graph with an edge from every node to every other one.
Problem arborescence(int nodes, const ProblemOptions& options) {
  std::vector<Edge> ends;
  for (int from = 0; from < nodes; ++from)
    for (int to = 0; to < nodes; ++to)
      if (from != to) ends.push_back({from, to});
  const SparseGraph graph = SparseGraph::directed(nodes, ends);
  std::vector<Engine> engines = cotape_engine(Arborescence(graph, {.root = 0}));
  if constexpr (has_lemon) add_peers(engines, lemon_peers::arborescences(peer_graph(graph), 0));
  const std::int64_t edges = graph.edge_count();
  return {"arborescence", std::to_string(nodes), "uniform",
          uniform_costs({options.instances(edges), edges}, options.seed), engines};
}

}  // namespace

std::vector<Problem> tree_problems(const ProblemOptions& options) {
  std::vector<Problem> problems;
  for (const int nodes : {10, 50, 200}) problems.push_back(spanning_tree(nodes, options));
  for (const int nodes : {20, 100}) problems.push_back(arborescence(nodes, options));
  return problems;
}

}  // namespace cotape::bench
