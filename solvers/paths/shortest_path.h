#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/kit/allowed_edges.h>
#include <cotape/solvers/kit/graph.h>
#include <cotape/solvers/kit/workspace_pool.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The costs that a ShortestPath accepts when its graph has cycles.
enum class EdgeCosts { nonnegative, any };

// Which edges a path may take, and where it begins and ends, where the instances of a batch differ.
struct ShortestPathInstance {
  AllowedEdges edges = {};
  std::int64_t source = -1;  // −1: the solver's
  std::int64_t target = -1;
};

// The cheapest path from `source` to `target` in a directed graph whose edges cost: costs and solution are [edges], the
// solution is 1 on the edges of the path and 0 elsewhere. Exact: the sum, taken in double from the source on, is the
// smallest there is. Of equally cheap paths one with the fewest edges is taken.
// The method and the costs it accepts:
//   no cycles                  any finite cost    one pass in topological order
//   cycles, nonnegative costs  costs ≥ 0          Dijkstra
//   cycles, any costs          any finite cost    Bellman–Ford
// where only cycles on some way from source to target count; on a way between any two nodes, where source and target
// come with each instance.
//
// An instance may have edges that it must not use, and a source and a target of its own (ShortestPathInstance, instance
// data): such edges are padding (Ability::mask).
class ShortestPath {
 public:
  using Instance = ShortestPathInstance;

  // Throws ValueError when the graph is undirected or has no edges, or source or target is not one of its nodes;
  // SolverError when no path leads from source to target.
  ShortestPath(const SparseGraph& graph, std::int64_t source, std::int64_t target,
               EdgeCosts costs = EdgeCosts::nonnegative);
  // For instances that bring their source and target. Throws ValueError as above.
  explicit ShortestPath(const SparseGraph& graph, EdgeCosts costs = EdgeCosts::nonnegative);

  SolverTraits traits() const;
  // Throws SolverError when a cycle of negative cost (its sum in double is below zero) lies on some way from source to
  // target.
  void solve(std::span<const real> cost, std::span<real> solution) const;
  // Throws SolverError too when no path leads from source to target over edges that may be used, or one of them is not
  // a node or given nowhere; ValueError for data of another number of edges.
  void solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const;
  // Whether another path without repeated nodes is exactly as cheap as this one, which solve() gave for this cost.
  std::optional<bool> tied(std::span<const real> cost, std::span<const real> solution) const;
  std::optional<bool> tied(std::span<const real> cost, const Instance& instance, std::span<const real> solution) const;

  // What flows out of a node less what flows in, 0 but at the ends, and 0 ≤ y ≤ 1: without cycles, no more than the
  // paths and their means.
  void normals(std::span<const real> solution, Normals& to) const { normals(solution, {}, to); }
  void normals(std::span<const real> solution, const Instance& instance, Normals& to) const;

  // Two edges of the path, one behind the other, replaced by two others between the same nodes, over a node that is not
  // on the path. On a grid such moves lead from every path to every other of the same length, in other graphs not
  // always.
  std::int64_t neighbour_count(std::span<const real> solution) const { return neighbour_count(solution, {}); }
  std::int64_t neighbour_count(std::span<const real> solution, const Instance& instance) const;
  void neighbour(std::span<const real> solution, std::int64_t which, std::span<real> other) const {
    neighbour(solution, {}, which, other);
  }
  void neighbour(std::span<const real> solution, const Instance& instance, std::int64_t which,
                 std::span<real> other) const;

  // 1 for the edges that may be used.
  void mask(const Instance& instance, std::span<real> mask) const;
  Drawing drawing(const Instance& instance) const;

 private:
  enum class Method { topological, dijkstra, bellman_ford };
  // A useful edge as one loop over all of them reads it: its nodes, and its number in the graph given.
  struct Link {
    std::int32_t from = 0, to = 0, original = 0;
  };
  // A part of the graph given, made ready for searches. Its nodes and edges have numbers of their own: nodes in
  // topological order where there is one, edges in the order of the graph given.
  struct Part {
    Method method = Method::topological;
    SparseGraph graph = {};
    std::vector<std::int32_t> number = {};          // [nodes of the graph given]: in this part, or −1
    std::vector<std::int32_t> original_edges = {};  // [edges]: their numbers in the graph given
    std::vector<Link> links = {};                   // ordered by the node that they leave
  };
  struct Workspace;
  class Search;

  // A move of the local search: these edges of the path are left, those taken.
  struct Detour {
    std::int64_t left[2], taken[2];
  };
  template <class F>
  void for_detours(std::span<const real> solution, const Instance& instance, F f) const;

  static Part make_part(const SparseGraph& graph, const std::vector<bool>& useful, EdgeCosts costs);
  bool is_node(std::int64_t v) const { return v >= 0 && v < std::ssize(whole_.number); }

  std::int64_t edges_ = 0;  // of the graph given
  Drawing drawing_;
  std::int64_t source_ = -1, target_ = -1;
  Part useful_;  // the nodes and edges on ways from source to target
  Part whole_;   // all, for instances with other ends
  WorkspacePool<Workspace> workspaces_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
