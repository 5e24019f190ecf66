#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <cotape/solvers/core/solver.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// An edge of a directed graph, by the numbers of its vertices.
struct DirectedEdge {
  std::int64_t from = 0;
  std::int64_t to = 0;
  bool operator==(const DirectedEdge&) const = default;
};

// A directed graph with vertices 0 … vertices−1. Parallel edges and loops are allowed.
struct DirectedGraph {
  std::int64_t vertices = 0;
  std::vector<DirectedEdge> edges = {};
};

// The costs that a ShortestPath on a graph with cycles accepts.
enum class EdgeCosts { nonnegative, any };

// The cheapest path from `source` to `target` in a directed graph whose edges cost: costs and solution are [edges], the
// solution is 1 on the edges of the path and 0 elsewhere. Exact: the sum, taken in double from the source on, is the
// smallest there is. Of equally cheap paths one with the fewest edges is taken.
//   graph without cycles    any finite cost        one pass in topological order
//   with cycles             costs ≥ 0 (default)    Dijkstra
//   with cycles, any        any finite cost        Bellman–Ford
// Only what lies on some way from source to target counts: cycles elsewhere are no cycles.
class ShortestPath {
 public:
  // Throws ValueError when a vertex does not exist or there are no edges, SolverError when no path leads from source to
  // target.
  ShortestPath(const DirectedGraph& graph, std::int64_t source, std::int64_t target,
               EdgeCosts costs = EdgeCosts::nonnegative);

  SolverTraits traits() const;
  // Throws SolverError when a cycle of negative cost (its sum in double is below zero) lies on some way from source to
  // target, or a sum of costs overflows.
  void solve(std::span<const real> cost, std::span<real> solution) const;
  // Whether another path without repeated vertices is exactly as cheap as this one, which solve() gave for this cost.
  std::optional<bool> tied(std::span<const real> cost, std::span<const real> solution) const;

 private:
  enum class Method { topological, dijkstra, bellman_ford };
  struct Link {
    std::int32_t from = 0;
    std::int32_t to = 0;
    std::int32_t edge = 0;  // its place in the graph given
  };
  // Links ordered by one of their ends.
  struct Links {
    std::vector<Link> links = {};
    std::vector<std::int32_t> first = {};  // of every vertex's links, and their number

    Links() = default;
    Links(std::vector<Link> any_order, std::int32_t Link::*end, std::int64_t vertices);
    std::span<const Link> of(std::int32_t v) const {
      return std::span(links).subspan(first[v], static_cast<std::size_t>(first[v + 1] - first[v]));
    }
  };
  class Search;

  static std::vector<bool> reach(const Links& links, std::int32_t Link::*end, std::int32_t start);
  static std::vector<std::int32_t> topological_order(const Links& out, const Links& in,
                                                     const std::vector<bool>& useful);

  // The useful part of the graph; its vertices are numbered anew, in topological order where there is one.
  Method method_ = Method::topological;
  std::int64_t edges_ = 0;
  std::int32_t vertices_ = 0;
  std::int32_t source_ = 0;
  std::int32_t target_ = 0;
  Links out_, in_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
