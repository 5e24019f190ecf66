#include <cotape/engine/base/error.h>
#include <cotape/solvers/matching/instance.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace matching {
namespace {

// Costs whose sum is beyond `large` are multiplied by this, so that no sum overflows; what vanishes is far below
// rounding.
constexpr double scale_of_large = 0x1p-64;
constexpr double large = 1e290;

// Returns what costs, as they are to be minimised, were multiplied by.
template <class T>
double solve(const Instance& instance, std::span<const T> cost, Blossoms& best) {
  instance.edges.check(instance.solver, instance.graph.edge_count());
  const double sign = instance.sense == Sense::minimise ? 1 : -1;
  const std::span<double> filled = best.begin(instance.graph);
  double sum = 0;
  for (std::size_t e = 0; e < filled.size(); ++e) {
    filled[e] = instance.edges[static_cast<std::int64_t>(e)] ? sign * static_cast<double>(cost[e]) : infinity;
    if (filled[e] < infinity) sum += std::abs(filled[e]);
  }
  const double scale = sum < large ? 1 : scale_of_large;
  if (scale != 1)
    for (double& c : filled) c *= scale;
  if (!best.solve(instance.goal))
    fail<SolverError>(instance.solver, ": over the edges that may be used, no matching covers all ",
                      instance.graph.node_count(), " nodes");
  return sign * scale;
}

// Calls take(edge) for chosen edges, in no order.
template <class F>
void for_edges(const SparseGraph& graph, const Blossoms& best, F take) {
  for (std::int64_t node = 0; node < graph.node_count(); ++node) {
    const std::int32_t edge = best.edge_of(node);
    if (edge != none && graph.edge(edge).from == node) take(edge);
  }
}

double cost_of(const SparseGraph& graph, const Blossoms& best) {
  double sum = 0;
  for_edges(graph, best, [&](std::int32_t edge) { sum += best.cost(edge); });
  return sum;
}

}  // namespace

void check_undirected(const char* solver, const SparseGraph& graph) {
  if (graph.is_directed()) fail<ValueError>(solver, ": the graph is directed; give an undirected one");
}

void find_best(const Instance& instance, std::span<const real> cost, Blossoms& best) { solve(instance, cost, best); }

void write_solution(const Instance& instance, const Blossoms& best, std::span<real> solution) {
  std::fill(solution.begin(), solution.end(), real(0));
  for_edges(instance.graph, best, [&](std::int32_t edge) { solution[static_cast<std::size_t>(edge)] = 1; });
}

// By complementary slackness the best matchings are those on edges without slack that cover all nodes but those that
// may be left out, and have as many edges as can be in each blossom whose dual is not 0. Each edge is rewarded for what
// it contributes to that; what it costs besides, 1 for an edge of the matching that was found, weighs less than any
// contribution. So the cheapest matching is one of the best, and of these the one that has least in common with the
// first.
bool has_other(const Instance& instance, Workspace& work) {
  const SparseGraph& graph = instance.graph;
  const Blossoms& best = work.best;
  const double reward = static_cast<double>(graph.node_count());
  const std::span<double> cost = work.other.begin(graph);
  double cost_of_best = 0;
  for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
    const auto [from, to] = graph.edge(e);
    const bool chosen = best.edge_of(from) == e;
    cost[static_cast<std::size_t>(e)] = infinity;
    if (from == to || (!chosen && best.slack(e) > 0)) continue;
    if (instance.goal == Goal::cheapest && best.edge_of(from) == none && best.edge_of(to) == none) return true;
    int contributions = !best.may_be_left_out(from) + !best.may_be_left_out(to);
    best.for_common_blossoms(e, [&](std::int32_t blossom) { contributions += best.blossom_dual(blossom) > 0; });
    const double value = chosen - reward * contributions;
    cost[static_cast<std::size_t>(e)] = value;
    if (chosen) cost_of_best += value;
  }
  return work.other.solve(instance.goal) && cost_of(graph, work.other) < cost_of_best;
}

MatchingResult solve_with_report(const Instance& instance, std::span<const double> cost) {
  const SparseGraph& graph = instance.graph;
  if (std::ssize(cost) != graph.edge_count())
    fail<ShapeError>(instance.solver, ": ", cost.size(), " costs for a graph of ", graph.edge_count(), " edges");
  const double forbidden = instance.sense == Sense::minimise ? infinity : -infinity;
  for (std::size_t e = 0; e < cost.size(); ++e)
    if (!std::isfinite(cost[e]) && cost[e] != forbidden)
      fail<ValueError>(instance.solver, ": cost ", cost[e], " of edge ", e, " is neither finite nor ", forbidden);
  Blossoms best;
  const double factor = solve(instance, cost, best);

  MatchingResult result;
  result.mates.assign(static_cast<std::size_t>(graph.node_count()), none);
  for_edges(graph, best, [&](std::int32_t edge) {
    const auto [from, to] = graph.edge(edge);
    result.mates[from] = to;
    result.mates[to] = from;
    result.edges.push_back(edge);
  });
  std::sort(result.edges.begin(), result.edges.end());
  for (const std::int64_t edge : result.edges) result.cost += cost[static_cast<std::size_t>(edge)];
  for (std::int64_t node = 0; node < graph.node_count(); ++node)
    result.node_duals.push_back(best.node_dual(node) / (2 * factor));
  best.for_blossoms([&](std::int32_t number) {
    if (best.blossom_dual(number) <= 0) return;
    MatchingBlossom blossom{{}, -best.blossom_dual(number) / factor};
    best.for_nodes(number, [&](std::int32_t node) { blossom.nodes.push_back(node); });
    std::sort(blossom.nodes.begin(), blossom.nodes.end());
    result.blossoms.push_back(std::move(blossom));
  });
  return result;
}

}  // namespace matching
}  // namespace COTAPE_PRECISION
}  // namespace cotape
