#include <cotape/bench/peers/grid_steps.h>
#include <cotape/bench/peers/lemon/peers.h>

#include <lemon/dijkstra.h>
#include <lemon/static_graph.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace cotape::bench::lemon_peers {
namespace {

using Graph = lemon::StaticDigraph;

// What a step costs: the cell that it leads to.
struct CellCosts {
  using Key = Graph::Arc;
  using Value = float;
  const Graph* graph;
  const float* costs = nullptr;
  float operator[](const Key& arc) const { return costs[graph->id(graph->target(arc))]; }
};

// LEMON's static graph and its Dijkstra with the default binary heap, one object for all instances; ends when the
// target is reached.
class LemonPaths final : public Peer {
 public:
  explicit LemonPaths(int size) : costs_{&graph_}, dijkstra_(graph_, costs_) {
    std::vector<std::pair<int, int>> arcs;
    for_grid_steps(size, [&](int from, int to) { arcs.emplace_back(from, to); });
    graph_.build(size * size, arcs.begin(), arcs.end());
  }

  const char* name() const override { return "lemon dijkstra"; }

  void solve(const float* costs, float* path) override {
    costs_.costs = costs;
    const int cells = graph_.nodeNum();
    dijkstra_.run(graph_.node(0), graph_.node(cells - 1));
    std::fill_n(path, cells, 0.0F);
    for (Graph::Node v = graph_.node(cells - 1); v != lemon::INVALID; v = dijkstra_.predNode(v)) path[graph_.id(v)] = 1;
  }

 private:
  Graph graph_;
  CellCosts costs_;
  lemon::Dijkstra<Graph, CellCosts> dijkstra_;
};

}  // namespace

Peers grid_paths(int size) {
  Peers peers;
  peers.push_back(std::make_unique<LemonPaths>(size));
  return peers;
}

}  // namespace cotape::bench::lemon_peers
