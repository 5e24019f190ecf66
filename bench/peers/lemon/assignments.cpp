#include <cotape/bench/peers/lemon/peers.h>

#include <lemon/matching.h>
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

namespace cotape::bench::lemon_peers {
namespace {

// The cheapest perfect matching of rows and columns.
class AssignmentAsMatching final : public Peer {
 public:
  explicit AssignmentAsMatching(int size) : weights_(graph_), algorithm_(graph_, weights_) {
    for (int v = 0; v < 2 * size; ++v) graph_.addNode();
    for (int i = 0; i < size; ++i)
      for (int j = 0; j < size; ++j)
        edges_.push_back(graph_.addEdge(Graph::nodeFromId(i), Graph::nodeFromId(size + j)));
  }

  const char* name() const override { return "lemon blossom"; }

  void solve(const float* costs, float* chosen) override {
    for (std::size_t e = 0; e < edges_.size(); ++e) weights_[edges_[e]] = -static_cast<double>(costs[e]);
    algorithm_.run();
    for (std::size_t e = 0; e < edges_.size(); ++e) chosen[e] = algorithm_.matching(edges_[e]) ? 1.0F : 0.0F;
  }

 private:
  using Graph = lemon::SmartGraph;
  using Weights = Graph::EdgeMap<double>;

  Graph graph_;
  std::vector<Graph::Edge> edges_;
  Weights weights_;
  lemon::MaxWeightedPerfectMatching<Graph, Weights> algorithm_;
};

// The cheapest flow of a unit from each row to each column.
class AssignmentAsFlow final : public Peer {
 public:
  explicit AssignmentAsFlow(int size) : pairs_(size), costs_(pairs_.graph), algorithm_(pairs_.graph) {
    Graph::NodeMap<int> supplies(pairs_.graph);
    for (int v = 0; v < 2 * size; ++v) supplies[Graph::nodeFromId(v)] = v < size ? 1 : -1;
    algorithm_.supplyMap(supplies);
  }

  const char* name() const override { return "lemon network simplex"; }

  void solve(const float* costs, float* chosen) override {
    for (int e = 0; e < pairs_.graph.arcNum(); ++e) costs_[Graph::arcFromId(e)] = static_cast<double>(costs[e]);
    algorithm_.costMap(costs_).run();
    for (int e = 0; e < pairs_.graph.arcNum(); ++e) chosen[e] = algorithm_.flow(Graph::arcFromId(e)) > 0 ? 1.0F : 0.0F;
  }

 private:
  using Graph = lemon::SmartDigraph;

  // The algorithm reads the graph when it is made.
  struct Pairs {
    explicit Pairs(int size) {
      for (int v = 0; v < 2 * size; ++v) graph.addNode();
      for (int i = 0; i < size; ++i)
        for (int j = 0; j < size; ++j) graph.addArc(Graph::nodeFromId(i), Graph::nodeFromId(size + j));
    }
    Graph graph;
  };

  Pairs pairs_;
  Graph::ArcMap<double> costs_;
  lemon::NetworkSimplex<Graph, int, double> algorithm_;
};

}  // namespace

Peers assignments(int size) {
  Peers peers;
  peers.push_back(std::make_unique<AssignmentAsMatching>(size));
  peers.push_back(std::make_unique<AssignmentAsFlow>(size));
  return peers;
}

}  // namespace cotape::bench::lemon_peers
