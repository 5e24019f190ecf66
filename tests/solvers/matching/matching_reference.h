#pragma once
#include <cotape/engine/base/random.h>
#include <cotape/solvers/kit/allowed_edges.h>
#include <cotape/solvers/kit/graph.h>
#include <cotape/solvers/matching/matching_result.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The cheapest matchings by looking at all: for every set of nodes, those that leave out or match its last node.
struct BestMatchings {
  std::int64_t left_out = std::numeric_limits<std::int64_t>::max();  // nodes that are not covered
  double cost = 0;
  double count = 0;  // of matchings that leave out so many and cost this; 0: there is none
};
enum class LeftOut { none, fewest, any };

inline BestMatchings best_matchings(const SparseGraph& graph, std::span<const double> cost, const AllowedEdges& allowed,
                                    LeftOut left_out) {
  const auto sets = std::size_t{1} << graph.node_count();
  std::vector<BestMatchings> best(sets);
  best[0] = {0, 0, 1};
  std::int64_t last = -1;
  for (std::size_t set = 1; set < sets; ++set) {
    if ((set & (set - 1)) == 0) ++last;
    BestMatchings& here = best[set];
    const auto offer = [&](const BestMatchings& rest, std::int64_t more_left_out, double more_cost) {
      if (rest.count == 0) return;
      const std::pair offered{left_out == LeftOut::any ? 0 : rest.left_out + more_left_out, rest.cost + more_cost};
      const std::pair known{here.left_out, here.cost};
      if (offered > known) return;
      here.count = offered < known ? rest.count : here.count + rest.count;
      std::tie(here.left_out, here.cost) = offered;
    };
    const std::size_t without = set & ~(std::size_t{1} << last);
    if (left_out != LeftOut::none) offer(best[without], 1, 0);
    for (const auto [edge, other] : graph.out_edges(last))
      if (other != last && allowed[edge] && (without >> other & 1) != 0)
        offer(best[without & ~(std::size_t{1} << other)], 0, cost[static_cast<std::size_t>(edge)]);
  }
  return best[sets - 1];
}

inline SparseGraph random_graph(std::int64_t nodes, std::int64_t edges, Rng& rng) {
  std::vector<Edge> list;
  for (std::int64_t e = 0; e < edges; ++e) list.push_back({rng.below(nodes), rng.below(nodes)});
  return SparseGraph::undirected(nodes, list);
}

// How many edges of a solution cover each node; −1s when an entry is neither 0 nor 1, or an edge is a loop or
// forbidden.
inline std::vector<int> cover_counts(const SparseGraph& graph, std::span<const real> solution,
                                     const AllowedEdges& allowed) {
  std::vector<int> counts(static_cast<std::size_t>(graph.node_count()));
  for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
    const real y = solution[static_cast<std::size_t>(e)];
    const auto [from, to] = graph.edge(e);
    if (y == 0) continue;
    if (y != 1 || from == to || !allowed[e]) return std::vector<int>(counts.size(), -1);
    ++counts[from];
    ++counts[to];
  }
  return counts;
}

// The largest violation of what MatchingResult promises, relative to the sum of |costs|; infinity for one that is no
// matter of rounding. `free_dual`: what nodes that are not covered must have, if that is known.
inline double violation(const SparseGraph& graph, std::span<const double> cost, bool minimise,
                        const MatchingResult& result, bool free_dual_is_zero) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double sign = minimise ? 1 : -1;
  double size = std::numeric_limits<double>::denorm_min(), worst = 0;
  for (const double c : cost)
    if (std::isfinite(c)) size += std::abs(c);
  const auto nodes = static_cast<std::size_t>(graph.node_count());

  std::vector<std::int64_t> mates(nodes, -1);
  double sum = 0;
  for (const std::int64_t e : result.edges) {
    const auto [from, to] = graph.edge(e);
    if (from == to || mates[from] >= 0 || mates[to] >= 0) return infinity;
    mates[from] = to;
    mates[to] = from;
    sum += cost[static_cast<std::size_t>(e)];
  }
  if (mates != result.mates || result.node_duals.size() != nodes ||
      !std::is_sorted(result.edges.begin(), result.edges.end()))
    return infinity;
  worst = std::max(worst, std::abs(sum - result.cost));

  std::vector<std::vector<bool>> holds;
  double bound = 0;
  for (const MatchingBlossom& blossom : result.blossoms) {
    if (blossom.nodes.size() < 3 || blossom.nodes.size() % 2 == 0 || sign * blossom.dual >= 0) return infinity;
    std::vector<bool>& in = holds.emplace_back(nodes);
    for (const std::int64_t v : blossom.nodes) in[v] = true;
    const auto inside = std::count_if(result.edges.begin(), result.edges.end(),
                                      [&](std::int64_t e) { return in[graph.edge(e).from] && in[graph.edge(e).to]; });
    if (2 * inside + 1 != std::ssize(blossom.nodes)) return infinity;
    bound += static_cast<double>(inside) * blossom.dual;
  }
  for (std::size_t a = 0; a < holds.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) {
      std::size_t both = 0;
      for (std::size_t v = 0; v < nodes; ++v) both += holds[a][v] && holds[b][v];
      const std::size_t fewer = std::min(result.blossoms[a].nodes.size(), result.blossoms[b].nodes.size());
      if (both != 0 && both != fewer) return infinity;
    }

  double extreme = -infinity, free_extreme = infinity;
  for (std::size_t v = 0; v < nodes; ++v) {
    const double dual = sign * result.node_duals[v];
    extreme = std::max(extreme, dual);
    if (mates[v] < 0)
      free_extreme = std::min(free_extreme, dual);
    else
      bound += result.node_duals[v];
  }
  if (free_extreme < infinity) worst = std::max(worst, extreme - free_extreme);
  if (free_dual_is_zero) {
    worst = std::max(worst, extreme);
    if (free_extreme < infinity) worst = std::max(worst, std::abs(free_extreme));
  }
  worst = std::max(worst, std::abs(bound - result.cost));

  std::vector<bool> chosen(static_cast<std::size_t>(graph.edge_count()));
  for (const std::int64_t e : result.edges) chosen[e] = true;
  for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
    const auto [from, to] = graph.edge(e);
    if (from == to) continue;
    double slack = sign * (cost[static_cast<std::size_t>(e)] - result.node_duals[from] - result.node_duals[to]);
    for (std::size_t b = 0; b < holds.size(); ++b)
      if (holds[b][from] && holds[b][to]) slack -= sign * result.blossoms[b].dual;
    worst = std::max(worst, chosen[e] ? std::abs(slack) : -slack);
  }
  return worst / size;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
