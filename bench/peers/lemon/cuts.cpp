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
  explicit Cut(const CutNetwork& network) : network_(network), graph_(network), capacities_(graph_) {}

  const char* name() const override { return "lemon preflow"; }

  void solve(const float* costs, float* cut) override {
    int arc = 0;
    for (const CutNetwork::Pair& pair : network_.pairs)
      for (const float sign : {pair.forward, pair.back})
        if (sign != 0)
          capacities_[Graph::arcFromId(arc++)] = std::max(0.0, static_cast<double>(sign * costs[pair.cost]));
    lemon::Preflow<Graph, Capacities> algorithm(graph_, capacities_, Graph::nodeFromId(network_.source),
                                                Graph::nodeFromId(network_.sink));
    algorithm.runMinCut();
    network_.write_solution([&](int v) { return algorithm.minCut(Graph::nodeFromId(v)); }, cut);
  }

 private:
  using Graph = lemon::SmartDigraph;
  using Capacities = Graph::ArcMap<double>;

  struct Network : Graph {
    explicit Network(const CutNetwork& network) {
      for (int v = 0; v < network.nodes; ++v) addNode();
      for (const CutNetwork::Pair& pair : network.pairs) {
        if (pair.forward != 0) addArc(nodeFromId(pair.from), nodeFromId(pair.to));
        if (pair.back != 0) addArc(nodeFromId(pair.to), nodeFromId(pair.from));
      }
    }
  };

  CutNetwork network_;
  Network graph_;
  Capacities capacities_;
};

}  // namespace

Peers cuts(const CutNetwork& network) {
  Peers peers;
  peers.push_back(std::make_unique<Cut>(network));
  return peers;
}

}  // namespace cotape::bench::lemon_peers
