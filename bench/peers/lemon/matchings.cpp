#include <cotape/bench/peers/lemon/peers.h>

#include <lemon/matching.h>
#include <lemon/smart_graph.h>

#include <vector>

namespace cotape::bench::lemon_peers {
namespace {

using Graph = lemon::SmartGraph;
// In double, so that sums of costs in float are exact, as in cotape.
using Weights = Graph::EdgeMap<double>;

// LEMON's adjacency lists, and one object of its algorithm for all instances, which begins with a fractional matching
// as run() does. Costs are multiplied by `sign` to be weights.
template <class Algorithm>
class LemonMatching final : public Peer {
 public:
  LemonMatching(int nodes, double sign) : sign_(sign), weights_(graph_), algorithm_(graph_, weights_) {
    for (int v = 0; v < nodes; ++v) graph_.addNode();
    for (int u = 0; u < nodes; ++u)
      for (int v = u + 1; v < nodes; ++v) edges_.push_back(graph_.addEdge(Graph::nodeFromId(u), Graph::nodeFromId(v)));
  }

  const char* name() const override { return "lemon blossom"; }

  void solve(const float* costs, float* chosen) override {
    for (std::size_t e = 0; e < edges_.size(); ++e) weights_[edges_[e]] = sign_ * static_cast<double>(costs[e]);
    algorithm_.run();
    for (std::size_t e = 0; e < edges_.size(); ++e) chosen[e] = algorithm_.matching(edges_[e]) ? 1.0F : 0.0F;
  }

 private:
  double sign_;
  Graph graph_;
  std::vector<Graph::Edge> edges_;
  Weights weights_;
  Algorithm algorithm_;
};

}  // namespace

Peers perfect_matchings(int nodes) {
  Peers peers;
  peers.push_back(std::make_unique<LemonMatching<lemon::MaxWeightedPerfectMatching<Graph, Weights>>>(nodes, -1));
  return peers;
}

Peers heaviest_matchings(int nodes) {
  Peers peers;
  peers.push_back(std::make_unique<LemonMatching<lemon::MaxWeightedMatching<Graph, Weights>>>(nodes, 1));
  return peers;
}

}  // namespace cotape::bench::lemon_peers
