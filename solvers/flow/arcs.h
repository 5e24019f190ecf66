#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include <cotape/solvers/kit/graph.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace flow {

// A graph's edges as pairs of arcs of opposite direction, each node's arcs side by side, as CutSearch wants them.
class Arcs {
 public:
  // Prepares for this graph, unless it was the last one.
  void prepare(const SparseGraph& graph);

  std::int32_t node_count() const { return static_cast<std::int32_t>(first_.size()) - 1; }
  std::int64_t arc_count() const { return std::ssize(heads_); }
  // The arc that leads from the edge's first end to its second, and the one back; −1 for a loop, which has none.
  struct Pair {
    std::int32_t forward, backward;
  };
  Pair of_edge(std::int64_t edge) const { return of_edge_[static_cast<std::size_t>(edge)]; }

  std::int32_t first(std::int32_t v) const { return first_[static_cast<std::size_t>(v)]; }
  std::int32_t last(std::int32_t v) const { return first_[static_cast<std::size_t>(v) + 1]; }
  std::int32_t count(std::int32_t v) const { return last(v) - first(v); }
  std::int32_t head(std::int32_t arc) const { return heads_[static_cast<std::size_t>(arc)].node; }
  std::int32_t reverse(std::int32_t arc) const { return heads_[static_cast<std::size_t>(arc)].reverse; }
  std::int32_t head(std::int32_t v, std::int32_t i) const { return head(first(v) + i); }
  std::int32_t reverse(std::int32_t v, std::int32_t i) const { return reverse(first(v) + i); }

 private:
  struct Head {
    std::int32_t node, reverse;
  };

  SparseGraph graph_;
  std::vector<std::int32_t> first_ = {0};  // [nodes + 1]
  std::vector<Head> heads_;                // [arcs]
  std::vector<Pair> of_edge_;              // [edges]
  std::vector<std::int32_t> free_place_;   // [nodes], while it prepares
};

}  // namespace flow
}  // namespace COTAPE_PRECISION
}  // namespace cotape
