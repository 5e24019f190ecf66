#include <cotape/solvers/matching/blossom.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace matching {

// How a tree grows: one happening after the other, until a part without a partner has got one or is left out.

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

}  // namespace matching
}  // namespace COTAPE_PRECISION
}  // namespace cotape
