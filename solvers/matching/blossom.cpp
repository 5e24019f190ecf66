#include <cotape/solvers/matching/blossom.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace matching {
namespace {

// So many nodes at most are looked at in a row, each of which was covered until the one before took its partner.
constexpr int longest_chain = 4;

}  // namespace

std::span<double> Blossoms::begin(const SparseGraph& graph) {
  graph_ = &graph;
  cost_.resize(static_cast<std::size_t>(graph.edge_count()));
  return cost_;
}

bool Blossoms::solve(Goal goal) {
  ceiling_ = goal == Goal::cheapest ? 0 : infinity;
  start();
  cover_most();
  bool all = true;
  for (std::int32_t node = 0; node < graph_->node_count(); ++node) {
    if (!is_open(node) || grow(nodes_[node].top)) continue;
    if (goal == Goal::perfect) return false;
    all = false;
  }
  if (!all) {
    // There are as many edges as can be, but other nodes may be better ones to leave out.
    ceiling_ = -infinity;
    for (const Node& node : nodes_) ceiling_ = std::max(ceiling_, node.dual);
    for (std::int32_t node = 0; node < graph_->node_count(); ++node)
      if (is_open(node)) grow(nodes_[node].top);
  }
  match_all_pieces();
  return true;
}

// Whether a tree must grow from a node: it is neither covered nor may be left out.
bool Blossoms::is_open(std::int32_t node) const {
  const Joint& match = parts_[nodes_[node].top].match;
  return match.edge == none && match.own == node && nodes_[node].dual < ceiling_;
}

double Blossoms::slack(std::int64_t edge) const {
  const Edge ends = graph_->edge(edge);
  double slack = 2 * cost_[edge] - nodes_[ends.from].dual - nodes_[ends.to].dual;
  for_common_blossoms(edge, [&](std::int32_t blossom) { slack += 2 * parts_[blossom].dual; });
  return slack;
}

bool Blossoms::holds(std::int32_t part, std::int64_t node) const {
  for (auto b = static_cast<std::int32_t>(node); b != none; b = parts_[b].parent)
    if (b == part) return true;
  return false;
}

void Blossoms::start() {
  const std::int64_t nodes = graph_->node_count();
  const auto n = static_cast<std::size_t>(nodes);
  arcs_.clear();
  arcs_.reserve(2 * cost_.size());
  first_arc_.clear();
  parts_.clear();
  parts_.reserve(n + n / 2);  // no more blossoms than that lie in each other or apart
  unused_parts_.clear();
  nodes_.clear();
  nodes_.reserve(n);
  for (std::int32_t node = 0; node < nodes; ++node) {
    first_arc_.push_back(static_cast<std::int32_t>(arcs_.size()));
    double least = infinity;
    for (const auto [edge, other] : graph_->out_edges(node)) {
      const bool useless = other == node || cost_[edge] >= ceiling_;
      const double cost = useless ? infinity : 2 * cost_[edge];
      arcs_.push_back({cost, other, edge});
      least = std::min(least, cost);
    }
    // No slack is negative with these duals: each is at most half of what the edge costs.
    nodes_.push_back({.dual = least < infinity ? least / 2 : 0, .top = node});
    parts_.push_back(Part{.first = node, .last = node, .match = {.own = node}});
  }
  first_arc_.push_back(static_cast<std::int32_t>(arcs_.size()));
  events_.clear();
  touched_.clear();
  visits_ = 0;
}

void Blossoms::cover_most() {
  const std::int64_t nodes = graph_->node_count();
  for (const int chain : {1, longest_chain})
    for (std::int32_t node = 0; node < nodes; ++node) cover_from(node, chain);
}

// Covers a node over its cheapest edge, and then the node that this leaves without a partner, and so on. The dual of a
// node that takes a partner away rises until a second edge has no slack, or to the ceiling; the partner's falls.
void Blossoms::cover_from(std::int32_t node, int chain) {
  for (int looks = 0; looks < chain && parts_[node].match.edge == none; ++looks) {
    // What the dual may be at most by the cheapest edge, and by all others.
    double least = infinity, second = ceiling_;
    const Arc *nearest = nullptr, *next = nullptr;
    for (const Arc& arc : arcs_of(node)) {
      const double limit = arc.cost - nodes_[arc.node].dual;
      if (limit < least) {
        if (least < second) {
          second = least;
          next = nearest;
        }
        least = limit;
        nearest = &arc;
      } else if (limit < second) {
        second = limit;
        next = &arc;
      }
    }
    if (least >= ceiling_) {
      if (ceiling_ < infinity) nodes_[node].dual = ceiling_;
      break;
    }
    nodes_[node].dual = least;
    // Of two cheapest edges the second may lead to a node that is not covered.
    if (second == least && next && parts_[nearest->node].match.edge != none) nearest = next;
    Part& other = parts_[nearest->node];
    const Joint joint{nearest->edge, node, nearest->node};
    const Joint before = other.match;
    if (before.edge != none) {
      if (!(least < second && second < infinity)) break;
      nodes_[node].dual = second;
      nodes_[nearest->node].dual -= second - least;
      parts_[before.other].match = {.own = before.other};
    }
    parts_[node].match = joint;
    other.match = joint.reversed();
    if (before.edge == none) break;
    node = before.other;
  }
}

// Whether a tree from a part that is not covered came to an end; if so, one more node is covered or left out for good.
bool Blossoms::grow(std::int32_t root) {
  time_ = 0;
  end_time_ = infinity;
  events_.clear();
  make_outer(root);
  look_from_new();
  while (!events_.empty() && events_.front().time < end_time_) {
    std::pop_heap(events_.begin(), events_.end(), std::greater<>());
    const Event event = events_.back();
    events_.pop_back();
    time_ = std::max(time_, event.time);
    handle(event);
  }
  const bool ends = end_time_ < infinity;
  if (ends) {
    time_ = std::max(time_, end_time_);
    rematch(nodes_[end_.own].top, end_);
    if (end_.edge != none) parts_[nodes_[end_.other].top].match = end_.reversed();
  }
  settle();
  return ends;
}

void Blossoms::handle(const Event& event) {
  if (event.happening == Happening::join) {
    const Edge ends = graph_->edge(event.what);
    const auto a = static_cast<std::int32_t>(ends.from), b = static_cast<std::int32_t>(ends.to);
    if (nodes_[a].top != nodes_[b].top) shrink({event.what, a, b});
    return;
  }
  const Part& part = parts_[event.what];
  if (part.parent != none) return;
  if (event.happening == Happening::dissolve) {
    if (part.label == Label::inner) dissolve(event.what);
  } else if (part.label == Label::outside && part.reached == event.time) {
    make_inner(event.what);
    make_outer(nodes_[part.match.other].top);
    look_from_new();
  }
}

void Blossoms::add(double time, std::int32_t what, Happening happening) {
  if (time >= end_time_) return;
  events_.push_back({time, what, happening});
  std::push_heap(events_.begin(), events_.end(), std::greater<>());
}

void Blossoms::end_at(double time, Joint joint) {
  if (time >= end_time_) return;
  end_time_ = time;
  end_ = joint;
}

// What may happen over the edges of nodes that have become outer ones. An edge to a node outside has no slack at the
// time `tight`, one to another outer node at half of it.
void Blossoms::look_from_new() {
  for (const std::int32_t node : new_outer_) {
    const Node& here = nodes_[node];
    if (ceiling_ < infinity) end_at(ceiling_ - here.dual, {none, node, none});
    for (const Arc& arc : arcs_of(node)) {
      const Node& there = nodes_[arc.node];
      const double tight = arc.cost - here.dual - there.dual;
      if (there.rate < 0 || !(tight < end_time_ * (1 + there.rate))) continue;
      const Joint joint{arc.edge, node, arc.node};
      Part& part = parts_[there.top];
      if (there.rate > 0) {
        if (there.top != here.top) add(tight / 2, arc.edge, Happening::join);
      } else if (part.match.edge == none) {
        end_at(tight, joint);
      } else if (tight < part.reached) {
        touched_.push_back(there.top);
        part.reached = tight;
        part.tree = joint.reversed();
        add(tight, there.top, Happening::reach);
      }
    }
  }
  new_outer_.clear();
}

// When outer nodes will reach a part that has left the tree.
void Blossoms::look_for(std::int32_t number) {
  Part& part = parts_[number];
  for_nodes(number, [&](std::int32_t node) {
    for (const Arc& arc : arcs_of(node)) {
      const Node& other = nodes_[arc.node];
      const double tight = arc.cost - nodes_[node].dual - other.dual;
      if (other.rate <= 0 || !(tight < part.reached)) continue;
      part.reached = tight;
      part.tree = {arc.edge, node, arc.node};
    }
  });
  if (part.reached == infinity) return;
  touched_.push_back(number);
  add(part.reached, number, Happening::reach);
}

void Blossoms::make_outer(std::int32_t number) {
  Part& part = parts_[number];
  part.label = Label::outer;
  part.reached = infinity;
  if (is_blossom(number)) part.dual -= time_;
  touched_.push_back(number);
  for_nodes(number, [&](std::int32_t node) {
    nodes_[node].dual -= time_;
    nodes_[node].rate = 1;
    new_outer_.push_back(node);
  });
}

void Blossoms::make_inner(std::int32_t number) {
  Part& part = parts_[number];
  part.label = Label::inner;
  part.reached = infinity;
  touched_.push_back(number);
  for_nodes(number, [&](std::int32_t node) {
    nodes_[node].dual += time_;
    nodes_[node].rate = -1;
  });
  if (!is_blossom(number)) return;
  part.dual += time_;
  add(part.dual, number, Happening::dissolve);
}

// The edge from a part to the one above it in the tree.
Blossoms::Joint Blossoms::upward(std::int32_t part) const {
  return parts_[part].label == Label::outer ? parts_[part].match : parts_[part].tree;
}

// The first part on both ways from two outer parts to the root.
std::int32_t Blossoms::meeting(std::int32_t a, std::int32_t b) {
  ++visits_;
  for (;; std::swap(a, b)) {
    if (a == none) continue;
    Part& part = parts_[a];
    if (part.visit == visits_) return a;
    part.visit = visits_;
    a = part.match.edge == none ? none : nodes_[parts_[nodes_[part.match.other].top].tree.other].top;
  }
}

// The two outer parts that the edge joins, and all on the ways from them to where these meet, become one.
void Blossoms::shrink(Joint joint) {
  const std::int32_t a = nodes_[joint.own].top, b = nodes_[joint.other].top, meet = meeting(a, b), made = new_part();
  parts_[a].next = b;
  parts_[a].to_next = joint;
  parts_[b].previous = a;
  for (std::int32_t below = a; below != meet;) {
    const Joint up = upward(below);
    const std::int32_t above = nodes_[up.other].top;
    parts_[above].next = below;
    parts_[above].to_next = up.reversed();
    parts_[below].previous = above;
    below = above;
  }
  for (std::int32_t below = b; below != meet;) {
    const Joint up = upward(below);
    const std::int32_t above = nodes_[up.other].top;
    parts_[below].next = above;
    parts_[below].to_next = up;
    parts_[above].previous = below;
    below = above;
  }
  Part& whole = parts_[made];
  whole.piece = meet;
  whole.match = parts_[meet].match;
  whole.dual = -time_;
  whole.label = Label::outer;
  touched_.push_back(made);
  std::int32_t number = meet;
  do {
    Part& piece = parts_[number];
    const bool inner = piece.label == Label::inner;
    piece.parent = made;
    if (is_blossom(number)) piece.dual += inner ? -time_ : time_;
    for_nodes(number, [&](std::int32_t node) {
      nodes_[node].top = made;
      if (!inner) return;
      nodes_[node].dual -= 2 * time_;
      nodes_[node].rate = 1;
      new_outer_.push_back(node);
    });
    if (number == meet)
      whole.first = piece.first;
    else
      nodes_[whole.last].next = piece.first;
    whole.last = piece.last;
    number = piece.next;
  } while (number != meet);
  look_from_new();
}

// An inner blossom becomes its pieces again: those on the way through it stay in the tree.
void Blossoms::dissolve(std::int32_t number) {
  const Joint tree = parts_[number].tree;
  const std::int32_t last = piece_with(parts_[number].match.own, number);
  std::int32_t piece = piece_with(tree.own, number);
  match_pieces(number);
  std::int32_t other = last;
  do {
    parts_[other].parent = none;
    parts_[other].label = Label::outside;
    for_nodes(other, [&](std::int32_t node) {
      nodes_[node].top = other;
      nodes_[node].dual -= time_;
      nodes_[node].rate = 0;
    });
    other = parts_[other].next;
  } while (other != last);
  parts_[number].piece = none;
  parts_[number].label = Label::outside;
  unused_parts_.push_back(number);

  parts_[piece].tree = tree;
  for (; piece != last;) {
    const std::int32_t partner = nodes_[parts_[piece].match.other].top;
    const bool forward = partner == parts_[piece].next;
    const std::int32_t then = forward ? parts_[partner].next : parts_[partner].previous;
    make_inner(piece);
    make_outer(partner);
    parts_[then].tree = forward ? parts_[partner].to_next.reversed() : parts_[then].to_next;
    piece = then;
  }
  make_inner(last);
  do {
    if (parts_[other].label == Label::outside) look_for(other);
    other = parts_[other].next;
  } while (other != last);
  look_from_new();
}

// Of the pieces of a blossom, the one with the node by which this is matched is matched in the same way, or has the
// node that is not; the others are matched in pairs around the circle.
void Blossoms::match_pieces(std::int32_t number) {
  const std::int32_t base = piece_with(parts_[number].match.own, number);
  parts_[base].match = parts_[number].match;
  for (std::int32_t piece = parts_[base].next; piece != base;) {
    const std::int32_t partner = parts_[piece].next;
    parts_[piece].match = parts_[piece].to_next;
    parts_[partner].match = parts_[piece].to_next.reversed();
    piece = parts_[partner].next;
  }
}

void Blossoms::match_all_pieces() {
  std::vector<std::int32_t>& open = touched_;
  for (auto number = static_cast<std::int32_t>(graph_->node_count()); number < std::ssize(parts_); ++number)
    if (is_blossom(number) && parts_[number].parent == none) open.push_back(number);
  while (!open.empty()) {
    const std::int32_t number = open.back();
    open.pop_back();
    match_pieces(number);
    std::int32_t piece = parts_[number].piece;
    do {
      if (is_blossom(piece)) open.push_back(piece);
      piece = parts_[piece].next;
    } while (piece != parts_[number].piece);
  }
}

// An outer part gets another match, and so do those on its way to the root, every second edge of which is in the
// matching.
void Blossoms::rematch(std::int32_t number, Joint match) {
  for (;;) {
    const Joint before = std::exchange(parts_[number].match, match);
    if (before.edge == none) return;
    const Joint up = parts_[nodes_[before.other].top].tree;
    parts_[nodes_[before.other].top].match = up;
    number = nodes_[up.other].top;
    match = up.reversed();
  }
}

// Duals become what they are at this time, and no part is in a tree.
void Blossoms::settle() {
  for (const std::int32_t number : touched_) {
    Part& part = parts_[number];
    part.reached = infinity;
    if (part.label == Label::outside) continue;
    const double rate = part.label == Label::outer ? 1 : -1;
    part.label = Label::outside;
    if (part.parent != none) continue;
    if (is_blossom(number)) part.dual += rate * time_;
    for_nodes(number, [&](std::int32_t node) {
      nodes_[node].dual += rate * time_;
      nodes_[node].rate = 0;
    });
  }
  touched_.clear();
}

std::int32_t Blossoms::piece_with(std::int32_t node, std::int32_t part) const {
  std::int32_t piece = node;
  while (parts_[piece].parent != part) piece = parts_[piece].parent;
  return piece;
}

std::int32_t Blossoms::new_part() {
  if (unused_parts_.empty()) {
    parts_.push_back({});
    return static_cast<std::int32_t>(parts_.size()) - 1;
  }
  const std::int32_t number = unused_parts_.back();
  unused_parts_.pop_back();
  parts_[number] = {};
  return number;
}

}  // namespace matching
}  // namespace COTAPE_PRECISION
}  // namespace cotape
