#include <cotape/solvers/matching/blossom.h>

#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace matching {

// How parts become blossoms and blossoms their pieces again, and how both are matched.

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
