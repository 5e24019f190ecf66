#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <cotape/engine/base/random.h>
#include <cotape/solvers/kit/graph.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What the solvers of flows and cuts are compared with, written apart from them.

// The value of a cut whose source side is a set of nodes in bits, and whether an edge is cut.
inline bool is_cut(const SparseGraph& graph, std::int64_t e, std::uint64_t side) {
  const bool from = side >> graph.edge(e).from & 1, to = side >> graph.edge(e).to & 1;
  return from != to && (from || !graph.is_directed());
}
inline double cut_value(const SparseGraph& graph, std::span<const real> capacity, std::uint64_t side) {
  double sum = 0;
  for (std::int64_t e = 0; e < graph.edge_count(); ++e)
    if (is_cut(graph, e, side)) sum += static_cast<double>(capacity[e]);
  return sum;
}

struct BestCut {
  double value = std::numeric_limits<double>::infinity();
  std::uint64_t smallest_side = 0;  // what all best source sides have in common
};
// Tries all sets of nodes with the source and without the target.
inline BestCut best_cut(const SparseGraph& graph, std::span<const real> capacity, std::int64_t source,
                        std::int64_t target) {
  BestCut best;
  for (std::uint64_t side = 0; side < std::uint64_t{1} << graph.node_count(); ++side) {
    if (!(side >> source & 1) || side >> target & 1) continue;
    const double value = cut_value(graph, capacity, side);
    if (value < best.value) best = {value, side};
    if (value == best.value) best.smallest_side &= side;
  }
  return best;
}

// The value of the largest flow by shortest augmenting paths (Edmonds and Karp).
inline double edmonds_karp(const SparseGraph& graph, std::span<const real> capacity, std::int64_t source,
                           std::int64_t target) {
  const std::int64_t edges = graph.edge_count();
  std::vector<double> left(static_cast<std::size_t>(2 * edges), 0);  // of each edge, forth and back
  std::vector<std::vector<std::int64_t>> leaving(static_cast<std::size_t>(graph.node_count()));
  for (std::int64_t e = 0; e < edges; ++e) {
    left[2 * e] = static_cast<double>(capacity[e]);
    if (!graph.is_directed()) left[2 * e + 1] = left[2 * e];
    leaving[graph.edge(e).from].push_back(2 * e);
    leaving[graph.edge(e).to].push_back(2 * e + 1);
  }
  const auto head = [&](std::int64_t a) { return a % 2 ? graph.edge(a / 2).from : graph.edge(a / 2).to; };
  for (double value = 0;;) {
    std::vector<std::int64_t> by(leaving.size(), -1), queue = {source};
    for (std::size_t i = 0; i < queue.size(); ++i)
      for (const std::int64_t a : leaving[queue[i]])
        if (left[a] > 0 && by[head(a)] < 0 && head(a) != source) {
          by[head(a)] = a;
          queue.push_back(head(a));
        }
    if (by[target] < 0) return value;
    double amount = std::numeric_limits<double>::infinity();
    for (std::int64_t v = target; v != source; v = head(by[v] ^ 1)) amount = std::min(amount, left[by[v]]);
    for (std::int64_t v = target; v != source; v = head(by[v] ^ 1)) {
      left[by[v]] -= amount;
      left[by[v] ^ 1] += amount;
    }
    value += amount;
  }
}

// Parallel edges and loops among them.
inline SparseGraph random_graph(std::int64_t nodes, std::int64_t edges, bool directed, Rng& rng) {
  std::vector<Edge> list;
  for (std::int64_t e = 0; e < edges; ++e) list.push_back({rng.below(nodes), rng.below(nodes)});
  return directed ? SparseGraph::directed(nodes, list) : SparseGraph::undirected(nodes, list);
}

// Numbers whose sums are exact in double: uniform ones, small whole numbers (ties), mostly zeros, or all zeros.
inline std::vector<real> random_capacities(std::size_t n, int kind, Rng& rng) {
  std::vector<real> capacity(n);
  for (real& x : capacity)
    x = kind == 0   ? rng.uniform()
        : kind == 1 ? static_cast<real>(rng.below(5))
        : kind == 2 ? static_cast<real>(std::max<std::int64_t>(0, rng.below(6) - 3))
                    : real(0);
  return capacity;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
