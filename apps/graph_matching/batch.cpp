#include <cotape/apps/graph_matching/batch.h>

#include <algorithm>
#include <cmath>

namespace cotape::app {
namespace {

// The places of one view, whose points begin at row `first_row`; places begin at `first`.
void lay_out_edges(const View& view, std::int64_t first_row, std::int64_t first, PairBatch& batch) {
  const std::int64_t count = view.graph.edge_count();
  const auto offset = [&](const Edge& edge) {
    const Point a = view.points[static_cast<std::size_t>(edge.from)],
                b = view.points[static_cast<std::size_t>(edge.to)];
    return Point{b.x - a.x, b.y - a.y};
  };
  double lengths = 0;
  for (std::int64_t e = 0; e < count; ++e)
    lengths += std::hypot(offset(view.graph.edge(e)).x, offset(view.graph.edge(e)).y);
  const double unit = lengths > 0 ? lengths / static_cast<double>(count) : 1;
  const auto put = [&](std::int64_t place, const Edge& edge) {
    const auto k = static_cast<std::size_t>(place);
    batch.from[k] = first_row + edge.from;
    batch.to[k] = batch.hears[k] = first_row + edge.to;
    const Point d = offset(edge);
    real* const out = batch.offsets.data() + 3 * place;
    out[0] = static_cast<real>(d.x / unit);
    out[1] = static_cast<real>(d.y / unit);
    out[2] = static_cast<real>(std::hypot(d.x, d.y) / unit);
  };
  for (std::int64_t e = 0; e < count; ++e) {
    const Edge edge = view.graph.edge(e);
    put(first + e, edge);
    put(first + batch.edges + e, {edge.to, edge.from});
  }
}

// The matching of a pair, and of the edges whose ends it matches.
void lay_out_solution(const ViewPair& pair, const MatchedGraphs& graphs, const GraphMatchingLayout& layout,
                      real* wanted, real* real_entries) {
  const auto partner = [&](std::int64_t i) { return pair.right_of_left[static_cast<std::size_t>(i)]; };
  std::fill_n(real_entries, layout.left_nodes * layout.right_nodes, real(1));
  for (std::int64_t i = 0; i < layout.left_nodes; ++i)
    if (partner(i) >= 0) wanted[layout.place(i, partner(i))] = 1;
  if (layout.left_edges == 0) return;
  for (std::int64_t e = 0; e < graphs.left.edge_count(); ++e) {
    const Edge edge = graphs.left.edge(e);
    const std::int64_t j = partner(edge.from), l = partner(edge.to);
    for (std::int64_t f = 0; f < graphs.right.edge_count(); ++f) {
      const Edge other = graphs.right.edge(f);
      for (const bool crossed : {false, true}) real_entries[layout.place(e, f, crossed)] = 1;
      if (j < 0 || l < 0) continue;
      if (other == Edge{j, l}) wanted[layout.place(e, f, false)] = 1;
      if (other == Edge{l, j}) wanted[layout.place(e, f, true)] = 1;
    }
  }
}

}  // namespace

PairBatch make_batch(const MatchingData& data, std::span<const ViewPair* const> pairs,
                     const GraphMatchingLayout& layout) {
  const auto count = static_cast<std::int64_t>(pairs.size());
  const std::int64_t edges = data.layout(true).left_edges, places = 2 * count * 2 * edges;
  PairBatch batch{.views = {},
                  .pairs = count,
                  .points = data.points(),
                  .edges = edges,
                  .from = std::vector<std::int64_t>(static_cast<std::size_t>(places), 0),
                  .to = std::vector<std::int64_t>(static_cast<std::size_t>(places), 0),
                  .hears = std::vector<std::int64_t>(static_cast<std::size_t>(places), 2 * count * data.points()),
                  .offsets = Tensor(Shape{places, 3}),
                  .wanted = Tensor(Shape{count, layout.size()}),
                  .real_entries = Tensor(Shape{count, layout.size()}),
                  .graphs = {}};
  for (const bool right : {false, true})
    for (const ViewPair* pair : pairs)
      batch.views.push_back(&data.views[static_cast<std::size_t>(right ? pair->right : pair->left)]);
  for (std::size_t v = 0; v < batch.views.size(); ++v)
    lay_out_edges(*batch.views[v], static_cast<std::int64_t>(v) * batch.points,
                  static_cast<std::int64_t>(v) * 2 * edges, batch);
  for (std::int64_t b = 0; b < count; ++b) {
    const auto k = static_cast<std::size_t>(b);
    batch.graphs.push_back({batch.views[k]->graph, batch.views[k + pairs.size()]->graph, {}});
    lay_out_solution(*pairs[k], batch.graphs.back(), layout, batch.wanted.data() + b * layout.size(),
                     batch.real_entries.data() + b * layout.size());
  }
  return batch;
}

}  // namespace cotape::app
