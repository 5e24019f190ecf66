#include <cotape/bench/peers/lemon/peers.h>

#include <lemon/cost_scaling.h>
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

namespace cotape::bench::lemon_peers {
namespace {

using Graph = lemon::SmartDigraph;

// Costs are whole numbers: LEMON's methods are made for them.
template <class Algorithm>
class Flow final : public Peer {
 public:
  Flow(const char* name, const FlowNetwork& network)
      : name_(name), arcs_(network.graph), costs_(arcs_.graph), algorithm_(arcs_.graph) {
    Graph::NodeMap<int> supplies(arcs_.graph);
    for (int v = 0; v < network.graph.nodes; ++v) supplies[Graph::nodeFromId(v)] = network.supplies[v];
    Graph::ArcMap<int> capacities(arcs_.graph);
    for (int e = 0; e < arcs_.graph.arcNum(); ++e)
      capacities[Graph::arcFromId(e)] =
          network.capacities[e] == FlowNetwork::unlimited ? algorithm_.INF : network.capacities[e];
    algorithm_.supplyMap(supplies).upperMap(capacities);
  }

  const char* name() const override { return name_; }

  void solve(const float* costs, float* flow) override {
    for (int e = 0; e < arcs_.graph.arcNum(); ++e) costs_[Graph::arcFromId(e)] = static_cast<int>(costs[e]);
    algorithm_.costMap(costs_).run();
    for (int e = 0; e < arcs_.graph.arcNum(); ++e) flow[e] = static_cast<float>(algorithm_.flow(Graph::arcFromId(e)));
  }

 private:
  // The algorithm reads the graph when it is made.
  struct Arcs {
    explicit Arcs(const PeerGraph& arcs) {
      for (int v = 0; v < arcs.nodes; ++v) graph.addNode();
      for (const auto& [from, to] : arcs.edges) graph.addArc(Graph::nodeFromId(from), Graph::nodeFromId(to));
    }
    Graph graph;
  };

  const char* name_;
  Arcs arcs_;
  Graph::ArcMap<int> costs_;
  Algorithm algorithm_;
};

}  // namespace

Peers flows(const FlowNetwork& network) {
  Peers peers;
  peers.push_back(std::make_unique<Flow<lemon::NetworkSimplex<Graph, int>>>("lemon network simplex", network));
  peers.push_back(std::make_unique<Flow<lemon::CostScaling<Graph, int>>>("lemon cost scaling", network));
  return peers;
}

}  // namespace cotape::bench::lemon_peers
