#include <cotape/bench/peers/lemon/peers.h>

#include <lemon/preflow.h>
#include <lemon/smart_graph.h>

#include <algorithm>

namespace cotape::bench::lemon_peers {
namespace {

// Only the first phase of push-relabel, which finds a minimum cut without the flow. Capacities in double, so that
// differences of costs in float are exact, as in cotape.
class Cut final : public Peer {
 public:
  explicit Cut(const CutNetwork& network) : network_(network), arcs_(network), capacities_(arcs_.graph) {}

  const char* name() const override { return "lemon preflow"; }

  void solve(const float* costs, float* cut) override {
    int arc = 0;
    for (const CutNetwork::Pair& pair : network_.pairs)
      for (const float sign : {pair.forward, pair.back})
        if (sign != 0)
          capacities_[Graph::arcFromId(arc++)] = std::max(0.0, static_cast<double>(sign * costs[pair.cost]));
    lemon::Preflow<Graph, Capacities> algorithm(arcs_.graph, capacities_, Graph::nodeFromId(network_.source),
                                                Graph::nodeFromId(network_.sink));
    algorithm.runMinCut();
    network_.write_solution([&](int v) { return algorithm.minCut(Graph::nodeFromId(v)); }, cut);
  }

 private:
  using Graph = lemon::SmartDigraph;
  using Capacities = Graph::ArcMap<double>;

  struct Arcs {
    explicit Arcs(const CutNetwork& network) {
      for (int v = 0; v < network.nodes; ++v) graph.addNode();
      for (const CutNetwork::Pair& pair : network.pairs) {
        const auto from = Graph::nodeFromId(pair.from), to = Graph::nodeFromId(pair.to);
        if (pair.forward != 0) graph.addArc(from, to);
        if (pair.back != 0) graph.addArc(to, from);
      }
    }
    Graph graph;
  };

  CutNetwork network_;
  Arcs arcs_;
  Capacities capacities_;
};

}  // namespace

Peers cuts(const CutNetwork& network) {
  Peers peers;
  peers.push_back(std::make_unique<Cut>(network));
  return peers;
}

}  // namespace cotape::bench::lemon_peers
