#include <cotape/engine/base/error.h>
#include <cotape/solvers/flow/network_simplex.h>

#include <algorithm>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace flow {
namespace {

constexpr std::int32_t none = -1;
constexpr double relative_tolerance = 1e-13;  // of the largest cost, for each node: what rounding does to potentials

}  // namespace

void NetworkSimplex::solve(const SparseGraph& graph, std::span<const real> cost, std::span<const std::int64_t> supplies,
                           std::span<const std::int64_t> capacities, std::span<real> flow) {
  start(graph, cost, supplies, capacities);
  for (std::int32_t entering; (entering = find_entering()) != none;) pivot(entering);
  for (std::int32_t v = 0; v < root_; ++v)
    if (flow_[real_arcs_ + v] != 0)
      fail<SolverError>("the supplies cannot be brought to where they are wanted: node ", v, " cannot ",
                        supplies[v] > 0 ? "send" : "get", " all of ", std::abs(supplies[v]));
  for (std::int32_t e = 0; e < real_arcs_; ++e) flow[e] = static_cast<real>(flow_[e]);
}

// Every node begins at the root, by an arc of its own that is dearer than any way through the network.
void NetworkSimplex::start(const SparseGraph& graph, std::span<const real> cost, std::span<const std::int64_t> supplies,
                           std::span<const std::int64_t> capacities) {
  const auto nodes = static_cast<std::size_t>(graph.node_count()), edges = static_cast<std::size_t>(graph.edge_count());
  real_arcs_ = static_cast<std::int32_t>(edges);
  root_ = static_cast<std::int32_t>(nodes);
  next_arc_ = 0;
  arcs_.resize(edges + nodes);
  states_.assign(edges + nodes, at_zero);
  flow_.assign(edges + nodes, 0);
  limit_.assign(edges + nodes, no_limit);
  std::copy(capacities.begin(), capacities.end(), limit_.begin());
  double largest = 0;
  for (const real c : cost) largest = std::max(largest, std::abs(static_cast<double>(c)));
  const int exponent = largest > 0 ? std::ilogb(largest) : 0;
  for (std::size_t e = 0; e < edges; ++e) {
    const Edge edge = graph.edge(static_cast<std::int64_t>(e));
    arcs_[e] = {static_cast<std::int32_t>(edge.from), static_cast<std::int32_t>(edge.to),
                std::scalbn(static_cast<double>(cost[e]), -exponent)};
  }
  tolerance_ = relative_tolerance * static_cast<double>(nodes + 1);
  const double dear = 2 * static_cast<double>(nodes + 1);
  nodes_.resize(nodes + 1);
  nodes_[nodes] = {0, none, 0, none, false, none, none, none};
  for (std::size_t v = 0; v < nodes; ++v) {
    const auto node = static_cast<std::int32_t>(v), arc = static_cast<std::int32_t>(edges + v);
    const bool gives = supplies[v] >= 0;
    arcs_[edges + v] = {gives ? node : root_, gives ? root_ : node, dear};
    states_[edges + v] = in_tree;
    flow_[edges + v] = std::abs(supplies[v]);
    nodes_[v] = {gives ? -dear : dear, none, 1, arc, gives, none, none, none};
    link(node, root_);
  }
}

std::int32_t NetworkSimplex::find_entering() {
  const auto block = std::max<std::int32_t>(20, static_cast<std::int32_t>(std::sqrt(real_arcs_)));
  std::int32_t best = none;
  double least = -tolerance_;
  for (std::int32_t seen = 0, in_block = 0; seen < real_arcs_; ++seen) {
    const std::int32_t e = next_arc_;
    next_arc_ = next_arc_ + 1 == real_arcs_ ? 0 : next_arc_ + 1;
    if (const double gain = static_cast<double>(states_[e]) * reduced_cost(e); gain < least) {
      least = gain;
      best = e;
    }
    if (++in_block < block) continue;
    if (best != none) return best;
    in_block = 0;
  }
  return best;
}

std::int64_t NetworkSimplex::room(std::int32_t node, bool towards_parent) const {
  const Node& n = nodes_[node];
  if (n.upwards != towards_parent) return flow_[n.arc];
  return limit_[n.arc] == no_limit ? no_limit : limit_[n.arc] - flow_[n.arc];
}

void NetworkSimplex::change_flow(std::int32_t node, std::int32_t end, bool towards_parent, std::int64_t amount) {
  for (; node != end; node = nodes_[node].parent)
    flow_[nodes_[node].arc] += nodes_[node].upwards == towards_parent ? amount : -amount;
}

// Sends as much as fits around the cycle that the arc closes in the tree.
void NetworkSimplex::pivot(std::int32_t entering) {
  const bool forward = states_[entering] == at_zero;
  const std::int32_t first = forward ? arcs_[entering].from : arcs_[entering].to;
  const std::int32_t second = forward ? arcs_[entering].to : arcs_[entering].from;
  std::int32_t a = first, b = second;
  while (a != b) {
    const bool up_a = nodes_[a].depth >= nodes_[b].depth, up_b = nodes_[b].depth >= nodes_[a].depth;
    if (up_a) a = nodes_[a].parent;
    if (up_b) b = nodes_[b].parent;
  }
  const std::int32_t join = a;

  // Of several arcs that allow no more, the last one on the way around from `join` leaves: the tree stays strongly
  // feasible.
  std::int64_t amount = limit_[entering];
  std::int32_t leaving = none;
  bool on_first = true;
  for (std::int32_t v = first; v != join; v = nodes_[v].parent)
    if (const std::int64_t most = room(v, false); most < amount) {
      amount = most;
      leaving = v;
    }
  for (std::int32_t v = second; v != join; v = nodes_[v].parent)
    if (const std::int64_t most = room(v, true); most <= amount && most != no_limit) {
      amount = most;
      leaving = v;
      on_first = false;
    }
  if (amount == no_limit) fail<SolverError>("a cycle of negative cost has no limit: there is no cheapest flow");
  flow_[entering] += forward ? amount : -amount;
  change_flow(first, join, false, amount);
  change_flow(second, join, true, amount);
  if (leaving == none) {
    states_[entering] = forward ? at_capacity : at_zero;
    return;
  }
  const std::int32_t left = nodes_[leaving].arc;
  states_[left] = flow_[left] == 0 ? at_zero : at_capacity;
  states_[entering] = in_tree;
  hang(leaving, on_first ? first : second, on_first ? second : first, entering);
}

void NetworkSimplex::hang(std::int32_t top, std::int32_t node, std::int32_t parent, std::int32_t arc) {
  const std::int32_t bottom = node;
  bool upwards = arcs_[arc].from == node;
  for (;;) {  // from the node up to the top every node hangs on the one that was below it
    Node& n = nodes_[node];
    const std::int32_t old_parent = n.parent, old_arc = n.arc;
    const bool old_upwards = n.upwards;
    unlink(node);
    link(node, parent);
    n.arc = arc;
    n.upwards = upwards;
    if (node == top) break;
    parent = node;
    node = old_parent;
    arc = old_arc;
    upwards = !old_upwards;
  }
  update_below(bottom);
}

void NetworkSimplex::link(std::int32_t node, std::int32_t parent) {
  Node &n = nodes_[node], &p = nodes_[parent];
  n.parent = parent;
  n.previous = none;
  n.next = p.first_child;
  if (n.next != none) nodes_[n.next].previous = node;
  p.first_child = node;
}

void NetworkSimplex::unlink(std::int32_t node) {
  const Node& n = nodes_[node];
  if (n.previous != none)
    nodes_[n.previous].next = n.next;
  else
    nodes_[n.parent].first_child = n.next;
  if (n.next != none) nodes_[n.next].previous = n.previous;
}

// Depths and potentials in a part of the tree, each node before its children.
void NetworkSimplex::update_below(std::int32_t top) {
  for (std::int32_t v = top;;) {
    Node& n = nodes_[v];
    const Node& p = nodes_[n.parent];
    n.depth = p.depth + 1;
    n.potential = p.potential + (n.upwards ? -arcs_[n.arc].cost : arcs_[n.arc].cost);
    if (n.first_child != none) {
      v = n.first_child;
      continue;
    }
    while (v != top && nodes_[v].next == none) v = nodes_[v].parent;
    if (v == top) return;
    v = nodes_[v].next;
  }
}

}  // namespace flow
}  // namespace COTAPE_PRECISION
}  // namespace cotape
