#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <cotape/solvers/kit/graph.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace matching {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr std::int32_t none = -1;

// Which matchings count; the cheapest of them is wanted.
enum class Goal {
  perfect,   // those that cover every node
  cheapest,  // all; an edge is taken only where that makes the matching cheaper: never one that costs 0 or more
  largest    // those of as many edges as there can be
};

// Matchings of an undirected graph by Edmonds' blossom method with duals (J. Edmonds, "Maximum matching and a
// polyhedron with 0,1-vertices", 1965). Every node has a dual y, and every blossom (an odd set of nodes, made of parts
// that a circle of edges joins) a dual z ≥ 0, so that for each edge
//   slack = 2 cost − y[u] − y[v] + 2 Σ z over the blossoms that hold both ends ≥ 0;
// it is 0 for edges of the matching, of which a blossom with z > 0 holds (nodes − 1) / 2. Nodes that the matching does
// not cover have the largest y of all, which is 0 for Goal::cheapest. This proves that no matching is cheaper. Costs
// are doubled so that whole costs make whole duals.
//   Duals to begin with, and most of the matching, are found node by node: a node whose cheapest edge leads to a
// covered one takes it from its partner, and gives back by duals what that costs, as R. Jonker and A. Volgenant do for
// assignments ("augmenting row reduction", 1987). Then a tree of edges without slack grows from one node after the
// other that is not covered, until it reaches a second one, or a node that may be left out instead. While it grows,
// duals change by 1 in a unit of time, and a heap holds what happens next. Partners inside a blossom are found when it
// is dissolved (V. Kolmogorov, "Blossom V", 2009). O(nodes · (edges · log nodes + nodes²)).
class Blossoms {
 public:
  // [edges]: costs to be filled in before solve(), finite or +∞, which forbids an edge; loops are forbidden anyway. The
  // graph must live as long as this is used.
  std::span<double> begin(const SparseGraph& graph);
  // False when there is no matching such as wanted, which happens for Goal::perfect alone. If true, the functions below
  // describe the cheapest one.
  bool solve(Goal goal);

  // The edge that covers a node; none: it is not covered.
  std::int32_t edge_of(std::int64_t node) const { return parts_[static_cast<std::size_t>(node)].match.edge; }
  double node_dual(std::int64_t node) const { return nodes_[static_cast<std::size_t>(node)].dual; }
  // Whether the node has the largest dual, so that one of the cheapest matchings might not cover it.
  bool may_be_left_out(std::int64_t node) const { return edge_of(node) == none || node_dual(node) >= ceiling_; }
  double cost(std::int64_t edge) const { return cost_[static_cast<std::size_t>(edge)]; }
  double slack(std::int64_t edge) const;

  // Calls f(blossom) for every one; the numbers are good for what follows.
  template <class F>
  void for_blossoms(F f) const {
    for (auto b = static_cast<std::int32_t>(graph_->node_count()); b < std::ssize(parts_); ++b)
      if (is_blossom(b)) f(b);
  }
  // For those that hold both ends of an edge.
  template <class F>
  void for_common_blossoms(std::int64_t edge, F f) const {
    const Edge ends = graph_->edge(edge);
    for (std::int32_t b = parts_[static_cast<std::size_t>(ends.from)].parent; b != none; b = parts_[b].parent)
      if (holds(b, ends.to)) f(b);
  }
  double blossom_dual(std::int32_t blossom) const { return parts_[blossom].dual; }
  // Calls f(node) for the nodes of a blossom.
  template <class F>
  void for_nodes(std::int32_t blossom, F f) const {
    const Part& part = parts_[blossom];
    for (std::int32_t node = part.first;; node = nodes_[node].next) {
      f(node);
      if (node == part.last) return;
    }
  }

 private:
  // Of a part that no other one holds: an outer one is reached from the root of the tree by an even number of edges,
  // the last of which is in the matching, an inner one by an odd number.
  enum class Label : std::uint8_t { outside, outer, inner };
  // An edge as one of its ends sees it.
  struct Joint {
    std::int32_t edge = none;
    std::int32_t own = none, other = none;  // nodes

    Joint reversed() const { return {edge, other, own}; }
  };
  // A node, or a blossom: a circle of an odd number of parts.
  struct Part {
    std::int32_t parent = none;                 // the blossom that it is a piece of
    std::int32_t next = none, previous = none;  // pieces of the same blossom, around the circle
    Joint to_next = {};
    std::int32_t piece = none;               // any of its own, if it is a blossom
    std::int32_t first = none, last = none;  // of its nodes, in the order of Node::next
    Joint match = {};                        // what covers it; without an edge: its node that is not covered
    double dual = 0;                         // of a blossom: z, and while a tree grows, z is dual ± time
    double reached = infinity;               // outside the trees: when an outer part will reach it,
    Joint tree = {};                         // and over which edge; of an inner one: over which edge one has
    std::int64_t visit = 0;                  // the last search of meeting() that came here
    Label label = Label::outside;
  };
  enum class Happening : std::uint8_t { reach, join, dissolve };
  struct Event {
    double time;
    std::int32_t what;  // a part that is reached or dissolved, or an edge that joins two outer parts
    Happening happening;

    bool operator>(const Event& other) const { return time > other.time; }
  };
  struct Node {
    double dual = 0;           // y; while a tree grows, y is dual + rate · time
    double rate = 0;           // 1 in an outer part, −1 in an inner one, else 0
    std::int32_t top = none;   // the part that holds it and that no other one holds
    std::int32_t next = none;  // another node of all blossoms that hold it, unless it is their last one
  };
  // An edge in the list of a node.
  struct Arc {
    double cost;  // doubled
    std::int32_t node, edge;
  };

  void start();
  void cover_most();
  void cover_from(std::int32_t node, int chain);
  bool grow(std::int32_t root);
  void handle(const Event& event);
  void add(double time, std::int32_t what, Happening happening);
  void end_at(double time, Joint joint);
  void look_from_new();
  void look_for(std::int32_t number);
  void make_outer(std::int32_t number);
  void make_inner(std::int32_t number);
  void shrink(Joint joint);
  void dissolve(std::int32_t number);
  void match_pieces(std::int32_t number);
  void match_all_pieces();
  void rematch(std::int32_t number, Joint match);
  void settle();

  bool is_blossom(std::int32_t part) const { return parts_[part].piece != none; }
  bool is_open(std::int32_t node) const;
  bool holds(std::int32_t part, std::int64_t node) const;
  Joint upward(std::int32_t part) const;
  std::int32_t meeting(std::int32_t a, std::int32_t b);
  std::int32_t piece_with(std::int32_t node, std::int32_t part) const;
  std::int32_t new_part();
  std::span<const Arc> arcs_of(std::int32_t node) const {
    return {arcs_.data() + first_arc_[node], arcs_.data() + first_arc_[node + 1]};
  }

  const SparseGraph* graph_ = nullptr;
  std::vector<double> cost_;  // [edges]
  std::vector<Arc> arcs_;     // node by node
  std::vector<std::int32_t> first_arc_;
  std::vector<Node> nodes_;
  std::vector<Part> parts_;  // the nodes, and then blossoms
  std::vector<std::int32_t> unused_parts_;

  // Of the tree that grows.
  double ceiling_ = infinity;  // no dual may be larger, and a node that has it need not be covered
  double time_ = 0;
  std::vector<Event> events_;            // a heap, the earliest first
  double end_time_ = infinity;           // when the tree will have done its work, by all that is known,
  Joint end_;                            // and over which edge; without an edge: which node will be left out
  std::vector<std::int32_t> touched_;    // parts that have a label or are reached
  std::vector<std::int32_t> new_outer_;  // nodes to look from
  std::int64_t visits_ = 0;
};

}  // namespace matching
}  // namespace COTAPE_PRECISION
}  // namespace cotape
