#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <span>
#include <vector>

#include <cotape/engine/base/random.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/paths/shortest_path.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What path solvers are compared with: written apart from them, for small graphs.

// The cells of a grid as a graph, numbered row by row.
inline SparseGraph graph_of(const GridPath& grid) {
  const std::int64_t cells = grid.height * grid.width;
  std::vector<Edge> edges;
  for (std::int64_t u = 0; u < cells; ++u)
    for (std::int64_t v = 0; v < cells; ++v) {
      const std::int64_t down = std::abs(u / grid.width - v / grid.width);
      const std::int64_t across = std::abs(u % grid.width - v % grid.width);
      const std::int64_t steps = grid.neighbours == Neighbours::eight ? std::max(down, across) : down + across;
      if (steps == 1) edges.push_back({u, v});
    }
  return SparseGraph::directed(cells, edges);
}

inline std::int64_t cell_number(const GridPath& grid, GridCell cell) {
  const std::int64_t row = cell.row < 0 ? cell.row + grid.height : cell.row;
  return row * grid.width + (cell.column < 0 ? cell.column + grid.width : cell.column);
}

enum class PathParts { vertices, edges };

// All paths without repeated vertices, each as the set of its vertices or edges in bits, without doubles. At most 64.
inline std::vector<std::uint64_t> all_paths(const SparseGraph& graph, std::int64_t source, std::int64_t target,
                                            PathParts parts) {
  std::vector<std::vector<std::int64_t>> leaving(static_cast<std::size_t>(graph.node_count()));
  for (std::int64_t e = 0; e < graph.edge_count(); ++e) leaving[graph.edge(e).from].push_back(e);
  std::vector<std::uint64_t> paths;
  const bool by_edges = parts == PathParts::edges;
  const auto walk = [&](const auto& self, std::int64_t v, std::uint64_t vertices, std::uint64_t edges) -> void {
    vertices |= std::uint64_t{1} << v;
    if (v == target) return paths.push_back(by_edges ? edges : vertices);
    for (const std::int64_t e : leaving[v])
      if (const std::int64_t to = graph.edge(e).to; !(vertices >> to & 1))
        self(self, to, vertices, by_edges ? edges | std::uint64_t{1} << e : 0);
  };
  walk(walk, source, 0, 0);
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

inline double cost_of(std::uint64_t set, std::span<const real> cost) {
  double sum = 0;
  for (std::size_t i = 0; i < cost.size(); ++i)
    if (set >> i & 1) sum += static_cast<double>(cost[i]);
  return sum;
}

inline std::uint64_t bits_of(std::span<const real> solution) {
  std::uint64_t set = 0;
  for (std::size_t i = 0; i < solution.size(); ++i) set |= std::uint64_t{solution[i] != 0} << i;
  return set;
}

// What an enumeration says of one instance.
struct BestPaths {
  double cost = std::numeric_limits<double>::infinity();
  int count = 0;          // of equally cheap paths
  int fewest_parts = 64;  // among them
};
inline BestPaths best_of(const std::vector<std::uint64_t>& paths, std::span<const real> cost) {
  BestPaths best;
  for (const std::uint64_t path : paths) {
    const double sum = cost_of(path, cost);
    if (sum < best.cost) best = {sum, 0, 64};
    if (sum > best.cost) continue;
    ++best.count;
    best.fewest_parts = std::min(best.fewest_parts, std::popcount(path));
  }
  return best;
}

// Distances from a node by Bellman–Ford: every edge again and again until nothing changes.
inline std::vector<double> bellman_ford(const SparseGraph& graph, std::int64_t source,
                                        const std::vector<double>& edge_cost) {
  std::vector<double> distance(static_cast<std::size_t>(graph.node_count()), std::numeric_limits<double>::infinity());
  distance[source] = 0;
  for (bool changed = true; changed;) {
    changed = false;
    for (std::int64_t e = 0; e < graph.edge_count(); ++e)
      if (const double reached = distance[graph.edge(e).from] + edge_cost[e]; reached < distance[graph.edge(e).to]) {
        distance[graph.edge(e).to] = reached;
        changed = true;
      }
  }
  return distance;
}

// Costs whose sums are exact in double: uniform ones, small whole numbers (ties), mostly zeros, or all zeros.
inline std::vector<real> path_costs(std::size_t n, int kind, Rng& rng) {
  std::vector<real> cost(n);
  for (real& x : cost) {
    const bool zero = kind == 3 || (kind == 2 && rng.below(3) > 0);
    x = zero ? 0 : kind == 1 ? static_cast<real>(rng.below(4)) : rng.uniform();
    if (kind == 2 && !zero) x = static_cast<real>(1 + rng.below(2));
  }
  return cost;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
