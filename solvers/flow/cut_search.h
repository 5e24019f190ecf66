#pragma once
#include <algorithm>
#include <bit>
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
    std::int32_t distance = 0;  // from the source, in its tree; negative: from the sink, in its; 0: in none
    std::int32_t parent = 0;    // the arc to its parent, or one of the marks of CutSearch
    std::int32_t next_orphan = 0;
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
//   std::int32_t first(std::int32_t v) const          // the arcs that leave v: first, first + 1, …
//   std::int32_t count(std::int32_t v) const          // their number
//   std::int32_t head(std::int32_t arc) const         // where an arc leads
//   std::int32_t reverse(std::int32_t arc) const      // the other of its pair
//   std::int32_t head(std::int32_t v, std::int32_t i) const, reverse(v, i)   // the same for the arc first(v) + i
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
      if (source_is_next())
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
  bool on_source_side(std::int32_t v) const { return nodes_[v].distance > 0; }
  bool free(std::int32_t v) const { return nodes_[v].distance == 0; }

 private:
  using Node = CutWorkspace::Node;
  using Tree = CutWorkspace::Tree;
  static constexpr std::int32_t terminal = -1, orphan = -2;  // instead of an arc to a parent

  template <bool source>
  Tree& tree() {
    return source ? work_.source : work_.sink;
  }
  // In its tree; 0 or less for a node that is not in this one.
  template <bool source>
  std::int32_t distance(const Node& node) const {
    return source ? node.distance : -node.distance;
  }
  template <bool source>
  void set_distance(Node& node, std::int32_t distance) {
    node.distance = source ? distance : -distance;
  }
  // Whether flow can still go along the arc, in the direction in which the tree grows.
  template <bool source>
  bool open_away(std::int32_t arc) const {
    return residual_[source ? arc : arcs_.reverse(arc)] > 0;
  }
  template <bool source>
  bool open_away(std::int32_t v, std::int32_t i) const {
    return residual_[source ? arcs_.first(v) + i : arcs_.reverse(v, i)] > 0;
  }
  template <bool source>
  bool open_towards(std::int32_t v, std::int32_t i) const {
    return open_away<!source>(v, i);
  }

  // Most of the flow is between neighbours, one of which hangs on the source and one on the sink: it needs no trees.
  void push_between_neighbours() {
    for (std::int32_t v = 0; v < static_cast<std::int32_t>(work_.nodes.size()); ++v) {
      double& from = nodes_[v].terminal;
      for (std::int32_t i = 0; from > 0 && i < arcs_.count(v); ++i) {
        const std::int32_t arc = arcs_.first(v) + i;
        double& to = nodes_[arcs_.head(v, i)].terminal;
        const double amount = std::min(residual_[arc], std::min(from, -to));
        if (!(amount > 0)) continue;
        from -= amount;
        to += amount;
        residual_[arc] -= amount;
        residual_[arcs_.reverse(v, i)] += amount;
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
    std::vector<std::int32_t>&from_source = work_.source.level, &to_sink = work_.sink.level;
    from_source.resize(work_.nodes.size());
    to_sink.resize(work_.nodes.size());
    std::size_t sources = 0, sinks = 0;
    for (std::size_t v = 0; v < work_.nodes.size(); ++v) {
      Node& node = nodes_[v];
      const int gives = node.terminal > 0, takes = node.terminal < 0;
      from_source[sources] = to_sink[sinks] = static_cast<std::int32_t>(v);
      sources += static_cast<std::size_t>(gives);
      sinks += static_cast<std::size_t>(takes);
      node.distance = gives - takes;
      node.parent = terminal;
    }
    from_source.resize(sources);
    to_sink.resize(sinks);
  }

  // Trees of equal depth have the fewest orphans; but one that is much smaller may soon end the search.
  bool source_is_next() const {
    constexpr std::size_t much = 4;
    const std::size_t source = work_.source.level.size(), sink = work_.sink.level.size();
    if (much * source <= sink || much * sink <= source) return source <= sink || sink == 0;
    return work_.source.depth <= work_.sink.depth;
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
    return distance<source>(nodes_[v]) == tree<source>().depth;
  }
  template <bool source>
  void scan(std::int32_t v) {
    const auto leads_out = [&](std::int32_t i) {
      return (static_cast<int>(open_away<source>(v, i)) &
              static_cast<int>(distance<source>(nodes_[arcs_.head(v, i)]) <= 0)) != 0;
    };
    for (std::int32_t begin = 0; begin < arcs_.count(v); begin += block)
      for (std::uint64_t left = ~std::uint64_t{0};;) {
        const std::uint64_t out = places_where(v, begin, leads_out) & left;
        if (out == 0) break;
        const int place = std::countr_zero(out);
        const std::int32_t arc = arcs_.first(v) + begin + place, w = arcs_.head(arc);
        if (nodes_[w].distance == 0) {
          nodes_[w].parent = arcs_.reverse(arc);
          set_distance<source>(nodes_[w], tree<source>().depth + 1);
          tree<source>().next.push_back(w);
          left = ~std::uint64_t{1} << place;
          continue;
        }
        augment(source ? arc : arcs_.reverse(arc));
        adopt<true>();
        adopt<false>();
        if (!at_depth<source>(v)) return;
        left = ~std::uint64_t{0} << place;
      }
  }
  // Of the arcs of v from the place `begin` on, 64 at most, those for which f is true, as bits: tests without branches,
  // most of which could not be foretold.
  static constexpr std::int32_t block = 64;
  template <class F>
  std::uint64_t places_where(std::int32_t v, std::int32_t begin, F f) const {
    const std::int32_t count = std::min(arcs_.count(v) - begin, block);
    std::uint64_t bits = 0;
    for (std::int32_t i = 0; i < count; ++i) bits |= static_cast<std::uint64_t>(f(begin + i)) << i;
    return bits;
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
    const std::int32_t distance = this->distance<source>(nodes_[v]);
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
    const std::int32_t count = arcs_.count(v);
    std::uint64_t best = ~std::uint64_t{0};  // the least distance and, in the lower half, the place; all bits: none
    for (std::int32_t i = 0; i < count; ++i) {
      const std::int32_t other = this->distance<source>(nodes_[arcs_.head(v, i)]);
      const bool fits = (other > 0) & (other < limit) & open_towards<source>(v, i);
      const std::uint64_t candidate = static_cast<std::uint64_t>(other) << 32 | static_cast<std::uint64_t>(i);
      best = std::min(best, candidate | (static_cast<std::uint64_t>(fits) - 1));
    }
    const bool found = best != ~std::uint64_t{0};
    const std::int32_t nearest = found ? static_cast<std::int32_t>(best >> 32) : limit;
    Node& node = nodes_[v];
    node.parent = found ? arcs_.first(v) + static_cast<std::int32_t>(best & 0xffffffff) : orphan;
    if (nearest < distance) return;
    const auto is_child = [&](std::int32_t i) {
      const Node& child = nodes_[arcs_.head(v, i)];
      return (static_cast<int>(child.parent == arcs_.reverse(v, i)) &
              static_cast<int>(this->distance<source>(child) > 0)) != 0;
    };
    if (distance < limit)
      for (std::int32_t begin = 0; begin < count; begin += block)
        for (std::uint64_t children = places_where(v, begin, is_child); children != 0; children &= children - 1)
          cut_off<source>(arcs_.head(v, begin + std::countr_zero(children)));
    if (nearest == limit) {
      node.distance = 0;
      return;
    }
    set_distance<source>(node, nearest + 1);
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
