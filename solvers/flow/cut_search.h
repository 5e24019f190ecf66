#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace flow {

// What a search for a minimum cut works with, kept from one instance to the next.
struct CutWorkspace {
  struct Node {
    double terminal = 0;        // capacity that is left from the source to it, or, negative, from it to the sink
    std::int32_t parent = 0;    // the arc to its parent, or one of the marks of CutSearch
    std::int32_t distance = 0;  // from its tree's terminal
    std::int32_t next_orphan = 0;
    std::int32_t side = 0;  // 1: in the tree of the source, −1: in the sink's, 0: in none
  };
  struct Tree {
    std::vector<std::int32_t> level, next;  // nodes at the distance that grows now, and at the next one; or were there
    std::vector<std::int32_t> orphans;      // the first orphan at each distance, or −1
    std::int32_t depth = 0;
    std::int32_t nearest_orphan = 0, farthest_orphan = -1;
  };

  std::vector<Node> nodes;
  std::vector<double> residual;  // [arcs]: capacity that is left
  Tree source, sink;

  // All nodes and arcs without capacity.
  void clear(std::int64_t node_count, std::int64_t arc_count) {
    nodes.assign(static_cast<std::size_t>(node_count), {});
    residual.assign(static_cast<std::size_t>(arc_count), 0);
  }
};

// The minimum cut by incremental breadth-first search (A. Goldberg, S. Hed, H. Kaplan, R. Tarjan, R. Werneck, "Maximum
// flows by incremental breadth-first search", 2011; a successor of Boykov and Kolmogorov's method with a polynomial
// bound): two trees of shortest ways, from the source and to the sink, grow towards each other. Where they meet, flow
// is pushed along both; nodes that this cuts off are hung up elsewhere in their tree, or leave it.
//
// Arcs come in pairs of opposite direction. A, the graph as this search sees it, has
//   std::int32_t first(std::int32_t v) const, last(v)   // the arcs that leave v: first … last − 1
//   std::int32_t head(std::int32_t arc) const           // where an arc leads
//   std::int32_t reverse(std::int32_t arc) const        // the other of its pair
template <class A>
class CutSearch {
 public:
  // Capacities are in the workspace: its nodes' `terminal` and `residual`, sums of which must not overflow.
  CutSearch(const A& arcs, CutWorkspace& work)
      : arcs_(arcs), work_(work), nodes_(work.nodes.data()), residual_(work.residual.data()) {}

  // Afterwards the tree of the source is all that the source still reaches: the smallest source side of a minimum cut.
  void run() {
    push_between_neighbours();
    start();
    while (!work_.source.level.empty()) {
      const bool smaller = work_.source.level.size() <= work_.sink.level.size();
      if (smaller || work_.sink.level.empty())
        grow<true>();
      else
        grow<false>();
    }
  }
  // After run(): the tree of the sink becomes all that still reaches the sink. What is then in no tree could as well be
  // on the other side.
  void finish_sink() {
    while (!work_.sink.level.empty()) grow<false>();
  }
  bool on_source_side(std::int32_t v) const { return nodes_[v].side > 0; }
  bool free(std::int32_t v) const { return nodes_[v].side == 0; }

 private:
  using Node = CutWorkspace::Node;
  using Tree = CutWorkspace::Tree;
  static constexpr std::int32_t terminal = -1, orphan = -2;  // instead of an arc to a parent

  template <bool source>
  Tree& tree() {
    return source ? work_.source : work_.sink;
  }
  template <bool source>
  static constexpr std::int32_t side = source ? 1 : -1;
  // Whether flow can still go along the arc, in the direction in which the tree grows.
  template <bool source>
  bool open_away(std::int32_t arc) const {
    return residual_[source ? arc : arcs_.reverse(arc)] > 0;
  }
  template <bool source>
  bool open_towards(std::int32_t arc) const {
    return open_away<!source>(arc);
  }

  // Most of the flow is between neighbours, one of which hangs on the source and one on the sink: it needs no trees.
  void push_between_neighbours() {
    for (std::int32_t v = 0; v < static_cast<std::int32_t>(work_.nodes.size()); ++v) {
      double& from = nodes_[v].terminal;
      for (std::int32_t arc = arcs_.first(v); from > 0 && arc < arcs_.last(v); ++arc) {
        double& to = nodes_[arcs_.head(arc)].terminal;
        const double amount = std::min(residual_[arc], std::min(from, -to));
        if (!(amount > 0)) continue;
        from -= amount;
        to += amount;
        residual_[arc] -= amount;
        residual_[arcs_.reverse(arc)] += amount;
      }
    }
  }

  void start() {
    for (Tree* tree : {&work_.source, &work_.sink}) {
      for (auto* nodes : {&tree->level, &tree->next}) {  // which change places: each gets room for all at once
        nodes->clear();
        nodes->reserve(work_.nodes.size());
      }
      tree->depth = 1;
      if (tree->orphans.size() < work_.nodes.size() + 2) tree->orphans.resize(work_.nodes.size() + 2, -1);
    }
    for (std::size_t v = 0; v < work_.nodes.size(); ++v) {
      Node& node = nodes_[v];
      if (node.terminal == 0) continue;
      node.side = node.terminal > 0 ? 1 : -1;
      node.parent = terminal;
      node.distance = 1;
      (node.terminal > 0 ? work_.source : work_.sink).level.push_back(static_cast<std::int32_t>(v));
    }
  }

  // One level of one tree.
  template <bool source>
  void grow() {
    Tree& own = tree<source>();
    own.next.clear();
    growing_source_ = source;
    growing_ = true;
    for (std::size_t i = 0; i < own.level.size(); ++i)  // which gets longer meanwhile
      if (at_depth<source>(own.level[i])) scan<source>(own.level[i]);
    growing_ = false;
    ++own.depth;
    std::swap(own.level, own.next);
  }
  template <bool source>
  bool at_depth(std::int32_t v) {
    return nodes_[v].side == side<source> && nodes_[v].distance == tree<source>().depth;
  }
  template <bool source>
  void scan(std::int32_t v) {
    for (std::int32_t arc = arcs_.first(v); arc < arcs_.last(v); ++arc) {
      if (!open_away<source>(arc)) continue;
      const std::int32_t w = arcs_.head(arc);
      while (nodes_[w].side == -side<source> && open_away<source>(arc)) {
        augment(source ? arc : arcs_.reverse(arc));
        adopt<true>();
        adopt<false>();
        if (!at_depth<source>(v)) return;
      }
      if (nodes_[w].side != 0 || !open_away<source>(arc)) continue;
      nodes_[w].side = side<source>;
      nodes_[w].parent = arcs_.reverse(arc);
      nodes_[w].distance = tree<source>().depth + 1;
      tree<source>().next.push_back(w);
    }
  }

  // Pushes as much as fits from the source to the sink, over an arc from the one tree to the other.
  void augment(std::int32_t middle) {
    double amount = residual_[middle];
    const std::int32_t from = arcs_.head(arcs_.reverse(middle)), to = arcs_.head(middle);
    std::int32_t v = from;
    for (; nodes_[v].parent != terminal; v = arcs_.head(nodes_[v].parent))
      amount = std::min(amount, residual_[arcs_.reverse(nodes_[v].parent)]);
    amount = std::min(amount, nodes_[v].terminal);
    for (v = to; nodes_[v].parent != terminal; v = arcs_.head(nodes_[v].parent))
      amount = std::min(amount, residual_[nodes_[v].parent]);
    amount = std::min(amount, -nodes_[v].terminal);

    residual_[middle] -= amount;
    residual_[arcs_.reverse(middle)] += amount;
    push<true>(from, amount);
    push<false>(to, amount);
  }
  template <bool source>
  void push(std::int32_t v, double amount) {
    while (nodes_[v].parent != terminal) {
      const std::int32_t up = nodes_[v].parent, down = arcs_.reverse(up), forward = source ? down : up;
      residual_[forward] -= amount;
      residual_[source ? up : down] += amount;
      if (residual_[forward] == 0) cut_off<source>(v);
      v = arcs_.head(up);
    }
    nodes_[v].terminal -= source ? amount : -amount;
    if (nodes_[v].terminal == 0) cut_off<source>(v);
  }

  template <bool source>
  void cut_off(std::int32_t v) {
    Tree& own = tree<source>();
    const std::int32_t distance = nodes_[v].distance;
    nodes_[v].parent = orphan;
    nodes_[v].next_orphan = own.orphans[distance];
    own.orphans[distance] = v;
    own.nearest_orphan = own.farthest_orphan < 0 ? distance : std::min(own.nearest_orphan, distance);
    own.farthest_orphan = std::max(own.farthest_orphan, distance);
  }
  // Finds parents for all orphans of a tree, the nearest first: what is nearer than an orphan is then in its place.
  template <bool source>
  void adopt() {
    Tree& own = tree<source>();
    for (std::int32_t distance = own.nearest_orphan; distance <= own.farthest_orphan; ++distance)
      while (own.orphans[distance] >= 0) {
        const std::int32_t v = own.orphans[distance];
        own.orphans[distance] = nodes_[v].next_orphan;
        find_parent<source>(v, distance);
      }
    own.farthest_orphan = -1;
  }
  // Hangs an orphan up: at the distance where it was, if it can; else farther away, without its children; or takes it
  // out of the tree where that is too far. Its new parent may be an orphan as well, which orphans it again when it
  // moves.
  template <bool source>
  void find_parent(std::int32_t v, std::int32_t distance) {
    Tree& own = tree<source>();
    const std::int32_t limit = own.depth + (growing_ && growing_source_ == source);
    const std::int32_t first = arcs_.first(v), last = arcs_.last(v);
    std::int32_t nearest = limit, up = orphan;
    for (std::int32_t arc = first; arc < last; ++arc) {
      const Node& other = nodes_[arcs_.head(arc)];  // without a branch, which could not be foretold
      const bool nearer = (other.side == side<source>)&(other.distance < nearest) & open_towards<source>(arc);
      nearest = nearer ? other.distance : nearest;
      up = nearer ? arc : up;
    }
    Node& node = nodes_[v];
    node.parent = up;
    if (nearest < distance) return;
    for (std::int32_t arc = first; arc < last; ++arc) {
      const std::int32_t child = arcs_.head(arc);
      if (nodes_[child].parent == arcs_.reverse(arc) && nodes_[child].side == side<source>) cut_off<source>(child);
    }
    if (nearest == limit) {
      node.side = 0;
      return;
    }
    node.distance = nearest + 1;
    if (nearest + 1 == own.depth) own.level.push_back(v);
    if (nearest + 1 == own.depth + 1) own.next.push_back(v);
  }

  const A& arcs_;
  CutWorkspace& work_;
  Node* nodes_;
  double* residual_;
  bool growing_ = false, growing_source_ = false;
};

}  // namespace flow
}  // namespace COTAPE_PRECISION
}  // namespace cotape
