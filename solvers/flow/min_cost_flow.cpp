#include <cotape/engine/base/error.h>
#include <cotape/solvers/flow/min_cost_flow.h>
#include <cotape/solvers/flow/network_simplex.h>

#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::int64_t max_size = 500'000'000;
constexpr std::int64_t max_amount = std::int64_t{1} << 53;  // of all supplies together

void check(const SparseGraph& graph, const FlowProblem& problem) {
  if (std::ssize(problem.supplies) != graph.node_count())
    fail<SolverError>(problem.supplies.size(), " supplies for ", graph.node_count(), " nodes");
  if (!problem.capacities.empty() && std::ssize(problem.capacities) != graph.edge_count())
    fail<SolverError>(problem.capacities.size(), " capacities for ", graph.edge_count(), " edges");
  std::int64_t sum = 0, given = 0;
  for (std::size_t v = 0; v < problem.supplies.size(); ++v) {
    const std::int64_t supply = problem.supplies[v];
    if (supply > max_amount - given || supply < -max_amount)
      fail<SolverError>("the supply ", supply, " of node ", v, " is too large: sums may reach ", max_amount);
    given += supply > 0 ? supply : 0;
    sum += supply;
  }
  if (sum != 0) fail<SolverError>("the sum of all supplies is ", sum, ", not 0");
  for (std::size_t e = 0; e < problem.capacities.size(); ++e)
    if (const std::int64_t capacity = problem.capacities[e];
        capacity < 0 || (capacity > max_amount && capacity != FlowProblem::unlimited))
      fail<SolverError>("the capacity ", capacity, " of edge ", e, " is outside 0 … ", max_amount);
}

}  // namespace

struct MinCostFlow::Workspace {
  flow::NetworkSimplex simplex;
};

MinCostFlow::MinCostFlow(SparseGraph graph) : graph_(std::move(graph)) {
  if (!graph_.is_directed())
    fail<ValueError>("min_cost_flow: the graph is undirected; give a directed one, with an edge for each direction");
  if (graph_.edge_count() < 1) fail<ValueError>("min_cost_flow: the graph has no edges");
  if (graph_.edge_count() > max_size || graph_.node_count() > max_size)
    fail<ValueError>("min_cost_flow: ", graph_.node_count(), " nodes and ", graph_.edge_count(),
                     " edges are more than ", max_size);
}

MinCostFlow::MinCostFlow(SparseGraph graph, FlowProblem problem) : MinCostFlow(std::move(graph)) {
  problem_ = std::move(problem);
}

SolverTraits MinCostFlow::traits() const {
  return {.name = "min_cost_flow",
          .sense = Sense::minimise,
          .shape = {graph_.edge_count()},
          .ties = "the flow at which the network simplex method ends",
          .drawing = graph_.drawing()};
}

void MinCostFlow::solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const {
  check(graph_, instance);
  const WorkspacePool<Workspace>::Lease work(workspaces_);
  work->simplex.solve(graph_, cost, instance.supplies, instance.capacities, solution);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
