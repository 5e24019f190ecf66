#include <cotape/engine/base/error.h>
#include <cotape/solvers/kit/graph.h>

#include <numeric>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::int64_t max_size = 1'000'000'000;  // twice that, an undirected graph's incidences, fits in 32 bits

}  // namespace

SparseGraph::SparseGraph() : SparseGraph(true, 0, {}) {}

SparseGraph SparseGraph::directed(std::int64_t nodes, const std::vector<Edge>& edges) { return {true, nodes, edges}; }

SparseGraph SparseGraph::undirected(std::int64_t nodes, const std::vector<Edge>& edges) {
  return {false, nodes, edges};
}

SparseGraph SparseGraph::complete(std::int64_t nodes) {
  constexpr std::int64_t max_nodes = 40'000;  // whose edges are not more than max_size
  if (nodes < 0 || nodes > max_nodes) fail<ValueError>("graph: complete with ", nodes, " nodes: 0 … ", max_nodes);
  std::vector<Edge> edges;
  for (std::int64_t u = 0; u < nodes; ++u)
    for (std::int64_t v = u + 1; v < nodes; ++v) edges.push_back({u, v});
  return undirected(nodes, edges);
}

SparseGraph::SparseGraph(bool directed, std::int64_t nodes, const std::vector<Edge>& edges) {
  if (nodes < 0 || nodes > max_size) fail<ValueError>("graph: ", nodes, " nodes are outside 0 … ", max_size);
  if (std::ssize(edges) > max_size) fail<ValueError>("graph: ", edges.size(), " edges are more than ", max_size);
  Data data{directed, nodes, {}, {}, {}};
  data.ends.reserve(edges.size());
  for (std::size_t e = 0; e < edges.size(); ++e) {
    for (const std::int64_t end : {edges[e].from, edges[e].to})
      if (end < 0 || end >= nodes)
        fail<ValueError>("graph: edge ", e, " from ", edges[e].from, " to ", edges[e].to, ": ", end,
                         " is not one of the ", nodes, " nodes, which are numbered from 0");
    data.ends.push_back({static_cast<std::int32_t>(edges[e].from), static_cast<std::int32_t>(edges[e].to)});
  }
  data.out = lists_by(data, &Ends::from, &Ends::to, !directed);
  if (directed) data.in = lists_by(data, &Ends::to, &Ends::from, false);
  data_ = std::make_shared<const Data>(std::move(data));
}

SparseGraph::Lists SparseGraph::lists_by(const Data& data, std::int32_t Ends::*own, std::int32_t Ends::*other,
                                         bool both) {
  // Calls f(node, edge, node at the other end) for all incidences, edge by edge.
  const auto for_incidences = [&](auto f) {
    for (std::size_t e = 0; e < data.ends.size(); ++e) {
      const std::int32_t a = data.ends[e].*own, b = data.ends[e].*other;
      f(static_cast<std::size_t>(a), static_cast<std::int32_t>(e), b);
      if (both && a != b) f(static_cast<std::size_t>(b), static_cast<std::int32_t>(e), a);
    }
  };
  Lists lists;
  lists.first.resize(static_cast<std::size_t>(data.nodes) + 1);
  for_incidences([&](std::size_t node, std::int32_t, std::int32_t) { ++lists.first[node + 1]; });
  std::partial_sum(lists.first.begin(), lists.first.end(), lists.first.begin());
  std::vector<std::int32_t> next(lists.first.begin(), lists.first.end() - 1);  // free place of each node
  lists.incidences.resize(static_cast<std::size_t>(lists.first.back()));
  for_incidences([&](std::size_t node, std::int32_t edge, std::int32_t other_node) {
    lists.incidences[static_cast<std::size_t>(next[node]++)] = {edge, other_node};
  });
  return lists;
}

Drawing SparseGraph::drawing(bool numbers_of_nodes) const {
  constexpr std::int64_t most_nodes = 1'000, most_edges = 5'000;
  if (node_count() > most_nodes || edge_count() > most_edges) return {};
  Drawing drawing{.kind = Drawing::Kind::graph,
                  .nodes = node_count(),
                  .directed = is_directed(),
                  .numbers_of_nodes = numbers_of_nodes};
  for (std::int64_t e = 0; e < edge_count(); ++e) drawing.edges.emplace_back(edge(e).from, edge(e).to);
  return drawing;
}

bool SparseGraph::operator==(const SparseGraph& other) const {
  return data_ == other.data_ || (data_->directed == other.data_->directed && data_->nodes == other.data_->nodes &&
                                  data_->ends == other.data_->ends);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
