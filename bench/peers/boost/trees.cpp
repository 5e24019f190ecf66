#include <cotape/bench/peers/boost/peers.h>

#include <algorithm>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/kruskal_min_spanning_tree.hpp>
#include <boost/graph/prim_minimum_spanning_tree.hpp>
#include <boost/property_map/function_property_map.hpp>
#include <tuple>

namespace cotape::bench::boost_peers {
namespace {

// Compressed rows. Kruskal's method wants each edge once, Prim's in both directions.
using Graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                                 boost::no_property, int, int>;
using Edge = boost::graph_traits<Graph>::edge_descriptor;

template <class T>
auto by_node(std::vector<T>& values, const Graph& graph) {
  return boost::make_iterator_property_map(values.begin(), get(boost::vertex_index, graph));
}

// With the number of the edge in `graph` that each arc comes from.
Graph make_graph(const PeerGraph& graph, bool both_directions, std::vector<int>& number) {
  std::vector<std::tuple<int, int, int>> arcs;
  for (int e = 0; e < static_cast<int>(graph.edges.size()); ++e) {
    const auto [from, to] = graph.edges[e];
    arcs.emplace_back(from, to, e);
    if (both_directions) arcs.emplace_back(to, from, e);
  }
  std::sort(arcs.begin(), arcs.end());
  std::vector<std::pair<int, int>> ends;
  for (const auto& [from, to, e] : arcs) {
    ends.emplace_back(from, to);
    number.push_back(e);
  }
  return Graph(boost::edges_are_sorted, ends.begin(), ends.end(), graph.nodes);
}

// What Boost writes the edges of a tree to.
struct ChosenEdges {
  const Graph* graph;
  const int* number;
  float* chosen;

  ChosenEdges& operator*() { return *this; }
  ChosenEdges& operator++() { return *this; }
  ChosenEdges operator++(int) { return *this; }
  ChosenEdges& operator=(const Edge& e) {
    chosen[number[get(boost::edge_index, *graph, e)]] = 1;
    return *this;
  }
};

class Kruskal final : public Peer {
 public:
  explicit Kruskal(const PeerGraph& graph)
      : graph_(make_graph(graph, false, number_)), ranks_(graph.nodes), parents_(graph.nodes) {}

  const char* name() const override { return "boost kruskal"; }

  void solve(const float* costs, float* chosen) override {
    std::fill_n(chosen, number_.size(), 0.0F);
    const auto weights = boost::make_function_property_map<Edge>(
        [&](const Edge& e) { return costs[number_[get(boost::edge_index, graph_, e)]]; });
    boost::kruskal_minimum_spanning_tree(graph_, ChosenEdges{&graph_, number_.data(), chosen},
                                         boost::weight_map(weights)
                                             .rank_map(by_node(ranks_, graph_))
                                             .predecessor_map(by_node(parents_, graph_))
                                             .vertex_index_map(get(boost::vertex_index, graph_)));
  }

 private:
  std::vector<int> number_;
  Graph graph_;
  std::vector<int> ranks_, parents_;
};

class Prim final : public Peer {
 public:
  explicit Prim(const PeerGraph& graph)
      : graph_(make_graph(graph, true, number_)),
        edge_between_(static_cast<std::size_t>(graph.nodes) * graph.nodes),
        predecessors_(graph.nodes),
        distances_(graph.nodes) {
    for (int e = 0; e < static_cast<int>(graph.edges.size()); ++e) {
      const auto [from, to] = graph.edges[e];
      edge_between_[from * graph.nodes + to] = edge_between_[to * graph.nodes + from] = e;
    }
  }

  const char* name() const override { return "boost prim"; }

  void solve(const float* costs, float* chosen) override {
    const int nodes = static_cast<int>(predecessors_.size());
    const auto weights = boost::make_function_property_map<Edge>(
        [&](const Edge& e) { return costs[number_[get(boost::edge_index, graph_, e)]]; });
    boost::prim_minimum_spanning_tree(graph_, by_node(predecessors_, graph_),
                                      boost::weight_map(weights)
                                          .distance_map(by_node(distances_, graph_))
                                          .vertex_index_map(get(boost::vertex_index, graph_))
                                          .root_vertex(0));
    std::fill_n(chosen, number_.size() / 2, 0.0F);
    for (int v = 1; v < nodes; ++v) chosen[edge_between_[v * nodes + predecessors_[v]]] = 1;
  }

 private:
  std::vector<int> number_;
  Graph graph_;
  std::vector<int> edge_between_;  // [nodes, nodes]
  std::vector<int> predecessors_;
  std::vector<float> distances_;
};

}  // namespace

Peers spanning_trees(const PeerGraph& graph) {
  Peers peers;
  peers.push_back(std::make_unique<Kruskal>(graph));
  peers.push_back(std::make_unique<Prim>(graph));
  return peers;
}

}  // namespace cotape::bench::boost_peers
