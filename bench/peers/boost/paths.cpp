#include <cotape/bench/peers/boost/peers.h>
#include <cotape/bench/peers/grid_steps.h>

#include <algorithm>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/dijkstra_shortest_paths_no_color_map.hpp>
#include <boost/property_map/function_property_map.hpp>
#include <utility>
#include <vector>

namespace cotape::bench::boost_peers {
namespace {

using Graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                                 boost::no_property, int, int>;
using Vertex = boost::graph_traits<Graph>::vertex_descriptor;
using Edge = boost::graph_traits<Graph>::edge_descriptor;

struct Arrived {};

// Ends the search as soon as the last corner's distance is final.
struct StopAtTarget : boost::dijkstra_visitor<> {
  Vertex target;
  explicit StopAtTarget(Vertex t) : target(t) {}
  void examine_vertex(Vertex v, const Graph&) const {
    if (v == target) throw Arrived{};
  }
};

// The cheapest call that Boost has for this: a graph in compressed rows, weights read from the cells through the edge's
// target, its default 4-ary heap, no colours, distances and predecessors in plain arrays.
class BoostPaths final : public Peer {
 public:
  explicit BoostPaths(int size)
      : graph_(make_graph(size)), distances_(boost::num_vertices(graph_)), predecessors_(distances_.size()) {}

  const char* name() const override { return "boost dijkstra"; }

  void solve(const float* costs, float* path) override {
    const Vertex source = 0, target = static_cast<Vertex>(distances_.size()) - 1;
    const auto weights = boost::make_function_property_map<Edge>(
        [costs, this](const Edge& edge) { return costs[boost::target(edge, graph_)]; });
    try {
      boost::dijkstra_shortest_paths_no_color_map(graph_, source,
                                                  boost::weight_map(weights)
                                                      .distance_map(distances_.data())
                                                      .predecessor_map(predecessors_.data())
                                                      .visitor(StopAtTarget(target)));
    } catch (const Arrived&) {
    }
    std::fill_n(path, distances_.size(), 0.0F);
    for (Vertex v = target; v != source; v = predecessors_[static_cast<std::size_t>(v)]) path[v] = 1;
    path[source] = 1;
  }

 private:
  static Graph make_graph(int size) {
    std::vector<std::pair<int, int>> edges;
    for_grid_steps(size, [&](int from, int to) { edges.emplace_back(from, to); });
    return Graph(boost::edges_are_sorted, edges.begin(), edges.end(), size * size);
  }

  Graph graph_;
  std::vector<float> distances_;
  std::vector<Vertex> predecessors_;
};

}  // namespace

Peers grid_paths(int size) {
  Peers peers;
  peers.push_back(std::make_unique<BoostPaths>(size));
  return peers;
}

}  // namespace cotape::bench::boost_peers
