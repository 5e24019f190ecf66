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
  struct Arc {
    std::int32_t from, to;
    double cost;  // in a unit of about the largest
  };
  struct Node {
    double potential;
    std::int32_t parent, depth;
    std::int32_t arc;                          // to its parent or from it
    bool upwards;                              // whether that leads to the parent
    std::int32_t first_child, next, previous;  // its children, and its parent's children beside it; −1: none
  };

  void start(const SparseGraph& graph, std::span<const real> cost, std::span<const std::int64_t> supplies,
             std::span<const std::int64_t> capacities);
  double reduced_cost(std::int32_t arc) const {
    const Arc& a = arcs_[arc];
    return a.cost + nodes_[a.from].potential - nodes_[a.to].potential;
  }
  // An arc whose change of flow makes the flow cheaper; −1: there is none.
  std::int32_t find_entering();
  void pivot(std::int32_t entering);
  // What can still go along the arc from a node to its parent, or from the parent to the node.
  std::int64_t room(std::int32_t node, bool towards_parent) const;
  void change_flow(std::int32_t node, std::int32_t end, bool towards_parent, std::int64_t amount);
  // Hangs the part of the tree below `top`, which holds `node`, on `parent` by an arc at `node`.
  void hang(std::int32_t top, std::int32_t node, std::int32_t parent, std::int32_t arc);
  void link(std::int32_t node, std::int32_t parent);
  void unlink(std::int32_t node);
  void update_below(std::int32_t top);

  std::int32_t real_arcs_ = 0, next_arc_ = 0, root_ = 0;
  double tolerance_ = 0;
  std::vector<Arc> arcs_;                   // [edges + nodes]: the last ones lead to the root or from it
  std::vector<State> states_;               // [edges + nodes]
  std::vector<std::int64_t> flow_, limit_;  // [edges + nodes]
  std::vector<Node> nodes_;                 // [nodes + 1]: the last one is the root
};

}  // namespace flow
}  // namespace COTAPE_PRECISION
}  // namespace cotape
