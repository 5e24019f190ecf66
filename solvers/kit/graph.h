#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <cotape/engine/base/drawing.h>
#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// An edge between two nodes, by their numbers. In an undirected graph it leads both ways.
struct Edge {
  std::int64_t from = 0;
  std::int64_t to = 0;
  bool operator==(const Edge&) const = default;
};

// A graph that solvers work on: nodes 0 … node_count() − 1 and edges 0 … edge_count() − 1, directed or undirected.
// Parallel edges and loops are allowed. It never changes, and copies share its memory, so that it can be passed and
// kept like a number, for instance as a part of instance data. (The graph that a tape records is another type, Graph.)
//   Each node's edges lie side by side in memory ("compressed sparse rows"): 8 bytes an edge and list, 4 a node.
class SparseGraph {
 public:
  // One edge as a node sees it.
  struct Incidence {
    std::int32_t edge;
    std::int32_t node;  // at its other end
  };

  // No nodes and no edges.
  SparseGraph();
  // Edges are numbered in the order given. Both throw ValueError when an end is not one of the nodes, and for more than
  // 1,000,000,000 nodes or edges, or less than 0 nodes.
  static SparseGraph directed(std::int64_t nodes, const std::vector<Edge>& edges);
  static SparseGraph undirected(std::int64_t nodes, const std::vector<Edge>& edges);
  // Undirected, an edge between every two nodes: {0, 1}, {0, 2}, …, {1, 2}, …. Throws ValueError for more than 40,000
  // nodes, or less than 0.
  static SparseGraph complete(std::int64_t nodes);

  bool is_directed() const { return data_->directed; }
  std::int64_t node_count() const { return data_->nodes; }
  std::int64_t edge_count() const { return static_cast<std::int64_t>(data_->ends.size()); }

  // The functions below want numbers of edges and nodes that exist and do not check them.

  // Its ends, in the order given.
  Edge edge(std::int64_t e) const {
    const Ends& ends = data_->ends[static_cast<std::size_t>(e)];
    return {ends.from, ends.to};
  }
  // The edges that leave a node, in ascending order. In an undirected graph: all edges at the node, a loop once.
  std::span<const Incidence> out_edges(std::int64_t node) const { return data_->out.of(node); }
  // The edges that enter a node, in ascending order. In an undirected graph: the same as out_edges().
  std::span<const Incidence> in_edges(std::int64_t node) const {
    return data_->directed ? data_->in.of(node) : data_->out.of(node);
  }

  // For SolverTraits, of a solver with one number for each edge, or for each node and then each edge. Graphs of more
  // than 1,000 nodes or 5,000 edges are not drawn.
  Drawing drawing(bool numbers_of_nodes = false) const;

  // Whether both have the same nodes, the same edges in the same order, and the same sense of direction.
  bool operator==(const SparseGraph& other) const;

 private:
  struct Ends {
    std::int32_t from, to;
    bool operator==(const Ends&) const = default;
  };
  // The incidences of every node, one node's after another's.
  struct Lists {
    std::vector<std::int32_t> first;  // [nodes + 1]: where a node's begin, and at last their number
    std::vector<Incidence> incidences;

    std::span<const Incidence> of(std::int64_t node) const {
      const auto v = static_cast<std::size_t>(node);
      return {incidences.data() + first[v], incidences.data() + first[v + 1]};
    }
  };
  struct Data {
    bool directed;
    std::int64_t nodes;
    std::vector<Ends> ends;
    Lists out, in;  // `in` is empty when undirected
  };

  SparseGraph(bool directed, std::int64_t nodes, const std::vector<Edge>& edges);
  // The incidences by the first of two ends, or by both.
  static Lists lists_by(const Data& data, std::int32_t Ends::*own, std::int32_t Ends::*other, bool both);

  std::shared_ptr<const Data> data_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
