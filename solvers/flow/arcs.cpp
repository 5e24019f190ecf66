#include <cotape/solvers/flow/arcs.h>

#include <numeric>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace flow {

void Arcs::prepare(const SparseGraph& graph) {
  if (graph == graph_) return;
  const auto nodes = static_cast<std::size_t>(graph.node_count()), edges = static_cast<std::size_t>(graph.edge_count());
  first_.assign(nodes + 1, 0);
  for (std::size_t e = 0; e < edges; ++e)
    if (const auto [from, to] = graph.edge(static_cast<std::int64_t>(e)); from != to) {
      ++first_[from + 1];
      ++first_[to + 1];
    }
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
  heads_.resize(static_cast<std::size_t>(first_.back()));
  free_place_.assign(first_.begin(), first_.end() - 1);
  of_edge_.assign(edges, {-1, -1});
  for (std::size_t e = 0; e < edges; ++e)
    if (const auto [from, to] = graph.edge(static_cast<std::int64_t>(e)); from != to) {
      const std::int32_t forward = free_place_[from]++, backward = free_place_[to]++;
      heads_[forward] = {static_cast<std::int32_t>(to), backward};
      heads_[backward] = {static_cast<std::int32_t>(from), forward};
      of_edge_[e] = {forward, backward};
    }
  graph_ = graph;
}

}  // namespace flow
}  // namespace COTAPE_PRECISION
}  // namespace cotape
