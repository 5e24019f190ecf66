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
  Flow(const char* name, const FlowNetwork& network) : name_(name), graph_(network.graph), algorithm_(graph_) {
    Graph::NodeMap<int> supplies(graph_);
    for (int v = 0; v < network.graph.nodes; ++v) supplies[Graph::nodeFromId(v)] = network.supplies[v];
    Graph::ArcMap<int> capacities(graph_);
    for (int e = 0; e < graph_.arcNum(); ++e)
      capacities[Graph::arcFromId(e)] =
          network.capacities[e] == FlowNetwork::unlimited ? algorithm_.INF : network.capacities[e];
    algorithm_.supplyMap(supplies).upperMap(capacities);
  }

  const char* name() const override { return name_; }

  void solve(const float* costs, float* flow) override {
    for (int e = 0; e < graph_.arcNum(); ++e) graph_.costs[Graph::arcFromId(e)] = static_cast<int>(costs[e]);
    algorithm_.costMap(graph_.costs).run();
    for (int e = 0; e < graph_.arcNum(); ++e) flow[e] = static_cast<float>(algorithm_.flow(Graph::arcFromId(e)));
  }

 private:
  struct Network : Graph {
    explicit Network(const PeerGraph& graph) : costs(*this) {
      for (int v = 0; v < graph.nodes; ++v) addNode();
      for (const auto& [from, to] : graph.edges) addArc(nodeFromId(from), nodeFromId(to));
    }
    ArcMap<int> costs;
  };

  const char* name_;
  Network graph_;
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
