#include <cotape/solvers/matching/blossom.h>

#include <algorithm>

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

}  // namespace matching
}  // namespace COTAPE_PRECISION
}  // namespace cotape
