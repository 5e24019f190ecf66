#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <cotape/solvers/kit/graph.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace flow {

inline constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();

// The cheapest flow by the primal network simplex method (R. Ahuja, T. Magnanti, J. Orlin, "Network Flows", 1993,
// chapter 11): a spanning tree, whose edges alone may carry a flow strictly between 0 and their capacity, is improved
// edge by edge. The tree is kept strongly feasible, so that it never cycles; an edge to improve it is looked for block
// by block (A. Kelly, G. O'Neill, "The minimum cost flow problem and the network simplex method", 1991).
class NetworkSimplex {
 public:
  // `supplies` [nodes] is what each node gives into the network, or, negative, takes out; `capacities` [edges] ≥ 0, or
  // none: no limits. The flow is whole. Throws SolverError when there is no flow, or no cheapest one.
  void solve(const SparseGraph& graph, std::span<const real> cost, std::span<const std::int64_t> supplies,
             std::span<const std::int64_t> capacities, std::span<real> flow);

 private:
  // Where the flow of an edge is: at one of its bounds, or, in the tree, anywhere.
  enum State : std::int8_t { at_capacity = -1, in_tree = 0, at_zero = 1 };
  // An arc, or, when it is at its capacity, the arc back with the negative cost: its flow can grow, and makes the whole
  // cheaper when its cost is less than the difference of its ends' potentials.
  struct Arc {
    double cost;  // in a unit of about the largest
    std::int32_t from, to;

    Arc turned() const { return {-cost, to, from}; }
  };
  // How a node hangs on its parent.
  struct Hold {
    std::int32_t parent, arc;
    double cost;                      // of the arc, when it leads to the node; else its negative
    std::int64_t room_up, room_down;  // what can still go to the parent, and come from it
    bool upwards;                     // whether the arc leads to the parent

    std::int64_t flow() const { return upwards ? room_down : room_up; }
    // The same arc, as the parent would hang on the node.
    Hold turned(std::int32_t node) const { return {node, arc, -cost, room_down, room_up, !upwards}; }
  };
  struct Node {
    Hold hold;
    std::int32_t depth;
    std::int32_t next, previous;  // in a circle through the tree, each node right before what hangs on it
  };

  // What a way from a node to the sink costs.
  struct Way {
    double cost;
    std::int32_t node;
  };

  void start(const SparseGraph& graph, std::span<const real> cost, std::span<const std::int64_t> supplies,
             std::span<const std::int64_t> capacities);
  // The cheapest ways to the sink from nodes that give nothing, where an edge has a limit of more than 0: `way_` and
  // `order_`.
  void find_ways(const SparseGraph& graph, std::int32_t sink, std::span<const std::int64_t> supplies);
  // Puts a node into the tree.
  void put(std::int32_t v, std::int32_t arc, std::int64_t flow);
  // How `node` hangs by this arc, which is not turned, when it carries so much.
  Hold hold(std::int32_t arc, std::int32_t node, std::int64_t flow) const;
  // An arc whose change of flow makes the flow cheaper; −1: there is none.
  std::int32_t find_entering();
  void pivot(std::int32_t entering);
  // Hangs the part of the tree below `top`, which holds `node`, up by `node`.
  void hang(std::int32_t top, std::int32_t node, Hold hold);

  std::int32_t real_arcs_ = 0, next_arc_ = 0, root_ = 0;
  double tolerance_ = 0;
  std::vector<Arc> arcs_;            // [edges + nodes]: the last ones lead to the root or from it
  std::vector<State> states_;        // [edges + nodes]
  std::vector<std::int64_t> limit_;  // [edges + nodes]
  std::vector<Node> nodes_;          // [nodes + 1]: the last one is the root
  std::vector<double> potential_;    // [nodes + 1]
  std::vector<std::int32_t> way_;    // [nodes]: the first edge of the way to the sink; −1: none
  std::vector<double> way_cost_;     // [nodes]
  std::vector<std::int32_t> order_;  // the nodes that have a way, each behind the next one on its way
  std::vector<Way> heap_;
};

}  // namespace flow
}  // namespace COTAPE_PRECISION
}  // namespace cotape
