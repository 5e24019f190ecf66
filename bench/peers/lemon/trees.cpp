#include <cotape/bench/peers/lemon/peers.h>

#include <lemon/kruskal.h>
#include <lemon/min_cost_arborescence.h>
#include <lemon/smart_graph.h>

namespace cotape::bench::lemon_peers {
namespace {

class Kruskal final : public Peer {
 public:
  explicit Kruskal(const PeerGraph& graph) : costs_(graph_), chosen_(graph_) {
    for (int v = 0; v < graph.nodes; ++v) graph_.addNode();
    for (const auto& [from, to] : graph.edges)
      edges_.push_back(graph_.addEdge(Graph::nodeFromId(from), Graph::nodeFromId(to)));
  }

  const char* name() const override { return "lemon kruskal"; }

  void solve(const float* costs, float* chosen) override {
    for (std::size_t e = 0; e < edges_.size(); ++e) costs_[edges_[e]] = costs[e];
    lemon::kruskal(graph_, costs_, chosen_);
    for (std::size_t e = 0; e < edges_.size(); ++e) chosen[e] = chosen_[edges_[e]] ? 1.0F : 0.0F;
  }

 private:
  using Graph = lemon::SmartGraph;

  Graph graph_;
  std::vector<Graph::Edge> edges_;
  Graph::EdgeMap<float> costs_;
  Graph::EdgeMap<bool> chosen_;
};

class Arborescence final : public Peer {
 public:
  Arborescence(const PeerGraph& graph, int root) : costs_(graph_), algorithm_(graph_, costs_) {
    for (int v = 0; v < graph.nodes; ++v) graph_.addNode();
    for (const auto& [from, to] : graph.edges)
      arcs_.push_back(graph_.addArc(Graph::nodeFromId(from), Graph::nodeFromId(to)));
    root_ = Graph::nodeFromId(root);
  }

  const char* name() const override { return "lemon arborescence"; }

  void solve(const float* costs, float* chosen) override {
    for (std::size_t e = 0; e < arcs_.size(); ++e) costs_[arcs_[e]] = static_cast<double>(costs[e]);
    algorithm_.run(root_);
    for (std::size_t e = 0; e < arcs_.size(); ++e) chosen[e] = algorithm_.arborescence(arcs_[e]) ? 1.0F : 0.0F;
  }

 private:
  using Graph = lemon::SmartDigraph;
  using Costs = Graph::ArcMap<double>;

  Graph graph_;
  std::vector<Graph::Arc> arcs_;
  Graph::Node root_;
  Costs costs_;
  lemon::MinCostArborescence<Graph, Costs> algorithm_;
};

}  // namespace

Peers spanning_trees(const PeerGraph& graph) {
  Peers peers;
  peers.push_back(std::make_unique<Kruskal>(graph));
  return peers;
}

Peers arborescences(const PeerGraph& graph, int root) {
  Peers peers;
  peers.push_back(std::make_unique<Arborescence>(graph, root));
  return peers;
}

}  // namespace cotape::bench::lemon_peers
