#include <cotape/bench/peers/boost/peers.h>

#include <algorithm>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>
#include <tuple>

namespace cotape::bench::boost_peers {
namespace {

using Graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                                 boost::no_property, int, int>;
using Edge = boost::graph_traits<Graph>::edge_descriptor;

// Compressed rows, with capacities and what both methods work with in plain arrays by the edges' numbers. Capacities
// in double, so that differences of costs in float are exact, as in cotape.
class Network {
  template <class T>
  auto by_edge(std::vector<T>& values) {
    return boost::make_iterator_property_map(values.begin(), get(boost::edge_index, graph_));
  }

 public:
  explicit Network(const CutNetwork& network) : network_(network) {
    std::vector<std::tuple<int, int, int>> arcs;  // from, to, 2 · pair + direction
    for (int p = 0; p < static_cast<int>(network.pairs.size()); ++p) {
      const CutNetwork::Pair& pair = network.pairs[p];
      arcs.emplace_back(pair.from, pair.to, 2 * p);
      arcs.emplace_back(pair.to, pair.from, 2 * p + 1);
    }
    std::sort(arcs.begin(), arcs.end());
    std::vector<std::pair<int, int>> ends;
    place_.resize(arcs.size());
    for (const auto& [from, to, number] : arcs) {
      place_[number] = static_cast<int>(ends.size());
      ends.emplace_back(from, to);
    }
    graph_ = Graph(boost::edges_are_sorted, ends.begin(), ends.end(), network.nodes);
    const auto [begin, end] = boost::edges(graph_);
    const std::vector<Edge> edges(begin, end);
    reverse_.resize(edges.size());
    for (std::size_t number = 0; number < arcs.size(); ++number) reverse_[place_[number]] = edges[place_[number ^ 1]];
    capacities_.resize(edges.size());
    residuals_.resize(edges.size());
  }

  const CutNetwork& network() const { return network_; }
  Graph& graph() { return graph_; }
  int source() const { return network_.source; }
  int sink() const { return network_.sink; }
  auto capacities() { return by_edge(capacities_); }
  auto residuals() { return by_edge(residuals_); }
  auto reverse() { return by_edge(reverse_); }

  void set_capacities(const float* costs) {
    for (std::size_t p = 0; p < network_.pairs.size(); ++p) {
      const CutNetwork::Pair& pair = network_.pairs[p];
      const double cost = static_cast<double>(costs[pair.cost]);
      capacities_[place_[2 * p]] = std::max(0.0, static_cast<double>(pair.forward) * cost);
      capacities_[place_[2 * p + 1]] = std::max(0.0, static_cast<double>(pair.back) * cost);
    }
  }

 private:
  CutNetwork network_;
  Graph graph_;
  std::vector<int> place_;  // of the arcs of each pair
  std::vector<Edge> reverse_;
  std::vector<double> capacities_, residuals_;
};

// Boykov and Kolmogorov's two trees; what is in the source's at the end is on its side.
class Kolmogorov final : public Peer {
 public:
  explicit Kolmogorov(const CutNetwork& network)
      : network_(network), predecessors_(network.nodes), colors_(network.nodes), distances_(network.nodes) {}

  const char* name() const override { return "boost kolmogorov"; }

  void solve(const float* costs, float* cut) override {
    network_.set_capacities(costs);
    boost::boykov_kolmogorov_max_flow(network_.graph(), network_.capacities(), network_.residuals(), network_.reverse(),
                                      predecessors_.data(), colors_.data(), distances_.data(),
                                      get(boost::vertex_index, network_.graph()), network_.source(), network_.sink());
    network_.network().write_solution([&](int v) { return colors_[v] == boost::black_color; }, cut);
  }

 private:
  Network network_;
  std::vector<Edge> predecessors_;
  std::vector<boost::default_color_type> colors_;
  std::vector<int> distances_;
};

// Push-relabel; the sink's side is what reaches it over residual capacity at the end.
class PushRelabel final : public Peer {
 public:
  explicit PushRelabel(const CutNetwork& network) : network_(network), reaches_(network.nodes) {}

  const char* name() const override { return "boost push-relabel"; }

  void solve(const float* costs, float* cut) override {
    network_.set_capacities(costs);
    const Graph& graph = network_.graph();
    boost::push_relabel_max_flow(network_.graph(), network_.source(), network_.sink(), network_.capacities(),
                                 network_.residuals(), network_.reverse(), get(boost::vertex_index, graph));
    std::fill(reaches_.begin(), reaches_.end(), char{0});
    queue_.assign(1, network_.sink());
    reaches_[network_.sink()] = 1;
    const auto residuals = network_.residuals();
    const auto reverse = network_.reverse();
    for (std::size_t i = 0; i < queue_.size(); ++i)
      for (auto [e, end] = boost::out_edges(queue_[i], graph); e != end; ++e) {
        const int from = boost::target(*e, graph);
        if (reaches_[from] != 0 || residuals[reverse[*e]] <= rounding) continue;
        reaches_[from] = 1;
        queue_.push_back(from);
      }
    network_.network().write_solution([&](int v) { return reaches_[v] == 0; }, cut);
  }

 private:
  static constexpr double rounding = 1e-9;  // residual capacity that is none

  Network network_;
  std::vector<char> reaches_;
  std::vector<int> queue_;
};

}  // namespace

Peers cuts(const CutNetwork& network) {
  Peers peers;
  peers.push_back(std::make_unique<Kolmogorov>(network));
  peers.push_back(std::make_unique<PushRelabel>(network));
  return peers;
}

}  // namespace cotape::bench::boost_peers
