#include <cotape/engine/base/error.h>
#include <cotape/solvers/flow/network_simplex.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace flow {
namespace {

constexpr std::int32_t none = -1;
constexpr double relative_tolerance = 1e-13;  // of the largest cost, for each node: what rounding does to potentials
// Of an edge without a limit: what is left of it is always more than `much`.
constexpr std::int64_t unlimited = no_limit / 2, much = unlimited / 2;

}  // namespace

void NetworkSimplex::solve(const SparseGraph& graph, std::span<const real> cost, std::span<const std::int64_t> supplies,
                           std::span<const std::int64_t> capacities, std::span<real> flow) {
  start(graph, cost, supplies, capacities);
  for (std::int32_t entering; (entering = find_entering()) != none;) pivot(entering);
  for (std::int32_t e = 0; e < real_arcs_; ++e) flow[e] = states_[e] == at_capacity ? static_cast<real>(limit_[e]) : 0;
  for (std::int32_t v = 0; v < root_; ++v) {
    const Hold& hold = nodes_[v].hold;
    if (hold.arc < real_arcs_)
      flow[hold.arc] = static_cast<real>(hold.flow());
    else if (supplies[v] != 0 && hold.flow() != 0)
      fail<SolverError>("the supplies cannot be brought to where they are wanted: node ", v, " cannot ",
                        supplies[v] > 0 ? "send" : "get", " all of ", std::abs(supplies[v]));
  }
}

void NetworkSimplex::start(const SparseGraph& graph, std::span<const real> cost, std::span<const std::int64_t> supplies,
                           std::span<const std::int64_t> capacities) {
  const auto nodes = static_cast<std::size_t>(graph.node_count()), edges = static_cast<std::size_t>(graph.edge_count());
  real_arcs_ = static_cast<std::int32_t>(edges);
  root_ = static_cast<std::int32_t>(nodes);
  next_arc_ = 0;
  arcs_.resize(edges + nodes);
  states_.assign(edges + nodes, at_zero);
  limit_.assign(edges + nodes, unlimited);
  for (std::size_t e = 0; e < capacities.size(); ++e) limit_[e] = std::min(capacities[e], unlimited);
  double largest = 0;
  for (const real c : cost) largest = std::max(largest, std::abs(static_cast<double>(c)));
  // The unit is a power of two, in two factors that do not overflow.
  const int exponent = largest > 0 ? -std::ilogb(largest) : 0;
  const double unit = std::scalbn(1.0, exponent / 2), rest = std::scalbn(1.0, exponent - exponent / 2);
  for (std::size_t e = 0; e < edges; ++e) {
    const Edge edge = graph.edge(static_cast<std::int64_t>(e));
    arcs_[e] = {static_cast<double>(cost[e]) * unit * rest, static_cast<std::int32_t>(edge.from),
                static_cast<std::int32_t>(edge.to)};
  }
  tolerance_ = relative_tolerance * static_cast<double>(nodes + 1);

  // Every node begins at the root, by an arc of its own that is dearer than any way through the network. But when all
  // goes to one node, the others, except those that give, begin by their cheapest ways to it, which need not be found
  // edge by edge then. These arcs lead upwards and carry nothing, as is strongly feasible.
  nodes_.resize(nodes + 1);
  potential_.resize(nodes + 1);
  nodes_[nodes] = {{none, none, 0, 0, 0, false}, 0, root_, root_};
  potential_[nodes] = 0;
  const auto takes = [](std::int64_t supply) { return supply < 0; };
  const auto sink = std::find_if(supplies.begin(), supplies.end(), takes);
  const bool one_sink = sink != supplies.end() && std::none_of(sink + 1, supplies.end(), takes);
  way_.assign(nodes, none);
  order_.clear();
  if (one_sink) find_ways(graph, static_cast<std::int32_t>(sink - supplies.begin()), supplies);
  const double dear = 2 * static_cast<double>(nodes + 1);
  for (std::int32_t v = 0; v < root_; ++v) {
    const std::int32_t arc = real_arcs_ + v;
    arcs_[arc] = supplies[v] >= 0 ? Arc{dear, v, root_} : Arc{dear, root_, v};
    if (way_[v] == none) put(v, arc, std::abs(supplies[v]));
  }
  for (const std::int32_t v : order_)
    if (way_[v] != none) put(v, way_[v], 0);
}

// Dijkstra's method, backwards from the sink; negative costs count as zero.
void NetworkSimplex::find_ways(const SparseGraph& graph, std::int32_t sink, std::span<const std::int64_t> supplies) {
  const auto farther = [](const Way& a, const Way& b) { return a.cost != b.cost ? a.cost > b.cost : a.node > b.node; };
  way_cost_.assign(way_.size(), std::numeric_limits<double>::infinity());
  way_cost_[sink] = 0;
  heap_.assign(1, {0, sink});
  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end(), farther);
    const auto [cost, v] = heap_.back();
    heap_.pop_back();
    if (cost > way_cost_[v]) continue;  // it has been reached more cheaply
    order_.push_back(v);
    for (const auto [edge, from] : graph.in_edges(v)) {
      const double longer = cost + std::max(0.0, arcs_[edge].cost);
      if (!(longer < way_cost_[from]) || supplies[from] > 0 || limit_[edge] == 0) continue;
      way_cost_[from] = longer;
      way_[from] = edge;
      heap_.push_back({longer, from});
      std::push_heap(heap_.begin(), heap_.end(), farther);
    }
  }
}

void NetworkSimplex::put(std::int32_t v, std::int32_t arc, std::int64_t flow) {
  states_[arc] = in_tree;
  const Hold how = hold(arc, v, flow);
  Node& parent = nodes_[how.parent];
  const std::int32_t next = std::exchange(parent.next, v);
  nodes_[v] = {how, parent.depth + 1, next, how.parent};
  nodes_[next].previous = v;
  potential_[v] = potential_[how.parent] + how.cost;
}

NetworkSimplex::Hold NetworkSimplex::hold(std::int32_t arc, std::int32_t node, std::int64_t flow) const {
  const Arc& a = arcs_[arc];
  const Hold downwards = {a.from, arc, a.cost, flow, limit_[arc] - flow, false};
  return a.to == node ? downwards : downwards.turned(a.to);
}

std::int32_t NetworkSimplex::find_entering() {
  const auto block = std::max<std::int32_t>(20, static_cast<std::int32_t>(2 * std::sqrt(real_arcs_)));
  const double* const potential = potential_.data();
  std::int32_t best = none;
  double least = -tolerance_;
  for (std::int32_t seen = 0; seen < real_arcs_;) {
    const std::int32_t begin = next_arc_, end = std::min(real_arcs_, begin + std::min(block, real_arcs_ - seen));
    for (std::int32_t e = begin; e < end; ++e) {
      const Arc& arc = arcs_[e];
      const double reduced = arc.cost + potential[arc.from] - potential[arc.to];
      if (reduced < least) {
        least = reduced;
        best = e;
      }
    }
    seen += end - begin;
    next_arc_ = end == real_arcs_ ? 0 : end;
    if (best != none) return best;
  }
  return none;
}

// Sends as much as fits around the cycle that the arc closes in the tree.
void NetworkSimplex::pivot(std::int32_t entering) {
  const bool forward = states_[entering] == at_zero;
  const std::int32_t first = arcs_[entering].from, second = arcs_[entering].to;

  // Of several arcs that allow no more, the last one on the way around from where both ways to the root join leaves:
  // the tree stays strongly feasible.
  std::int64_t least_first = limit_[entering], least_second = no_limit;
  std::int32_t leaving_first = none, leaving_second = none, a = first, b = second;
  const auto climb_first = [&] {
    const Node& node = nodes_[a];
    if (node.hold.room_down < least_first) {
      least_first = node.hold.room_down;
      leaving_first = a;
    }
    a = node.hold.parent;
  };
  const auto climb_second = [&] {
    const Node& node = nodes_[b];
    if (node.hold.room_up <= least_second) {
      least_second = node.hold.room_up;
      leaving_second = b;
    }
    b = node.hold.parent;
  };
  for (std::int32_t up = nodes_[a].depth - nodes_[b].depth; up > 0; --up) climb_first();
  for (std::int32_t up = nodes_[b].depth - nodes_[a].depth; up > 0; --up) climb_second();
  while (a != b) {
    climb_first();
    climb_second();
  }
  const bool on_second = least_second <= least_first;
  const std::int64_t amount = std::min(least_first, least_second);
  const std::int32_t leaving = on_second ? leaving_second : leaving_first, join = a;
  if (amount > much) fail<SolverError>("a cycle of negative cost has no limit: there is no cheapest flow");
  if (amount > 0) {
    for (std::int32_t v = first; v != join; v = nodes_[v].hold.parent) {
      nodes_[v].hold.room_down -= amount;
      nodes_[v].hold.room_up += amount;
    }
    for (std::int32_t v = second; v != join; v = nodes_[v].hold.parent) {
      nodes_[v].hold.room_up -= amount;
      nodes_[v].hold.room_down += amount;
    }
  }
  if (leaving == none) {
    states_[entering] = forward ? at_capacity : at_zero;
    arcs_[entering] = arcs_[entering].turned();
    return;
  }
  const Hold& left = nodes_[leaving].hold;
  states_[left.arc] = left.flow() == 0 ? at_zero : at_capacity;
  if (left.flow() != 0) arcs_[left.arc] = arcs_[left.arc].turned();
  if (!forward) arcs_[entering] = arcs_[entering].turned();
  states_[entering] = in_tree;
  const std::int32_t node = on_second ? second : first;
  hang(leaving, node, hold(entering, node, forward ? amount : limit_[entering] - amount));
}

void NetworkSimplex::hang(std::int32_t top, std::int32_t node, Hold hold) {
  const std::int32_t parent = hold.parent, before = nodes_[top].previous;
  // From the node up to the top each now hangs on the one that was below it, and comes in the circle behind all that
  // hangs there, with all of its own but that.
  std::int32_t below = none, after = none;  // `after` was behind all that hung on `below`
  for (std::int32_t stem = node;;) {
    const Hold old = std::exchange(nodes_[stem].hold, hold);
    const std::int32_t depth = nodes_[stem].depth;
    std::int32_t v = stem;
    for (;;) {
      Node& n = nodes_[v];
      n.depth = nodes_[n.hold.parent].depth + 1;
      potential_[v] = potential_[n.hold.parent] + n.hold.cost;
      const std::int32_t next = n.next == below ? after : n.next;
      if (nodes_[next].depth <= depth) {
        after = next;
        break;
      }
      n.next = next;
      nodes_[next].previous = v;
      v = next;
    }
    const std::int32_t next = stem == top ? none : old.parent;
    if (next == none) {
      nodes_[before].next = after;
      nodes_[after].previous = before;
      const std::int32_t beyond = std::exchange(nodes_[parent].next, node);
      nodes_[node].previous = parent;
      nodes_[v].next = beyond;
      nodes_[beyond].previous = v;
      return;
    }
    nodes_[v].next = next;
    nodes_[next].previous = v;
    hold = old.turned(stem);
    below = stem;
    stem = next;
  }
}

}  // namespace flow
}  // namespace COTAPE_PRECISION
}  // namespace cotape
