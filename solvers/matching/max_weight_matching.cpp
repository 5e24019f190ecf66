#include <cotape/engine/base/error.h>
#include <cotape/solvers/matching/instance.h>
#include <cotape/solvers/matching/max_weight_matching.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

using Lease = WorkspacePool<matching::Workspace>::Lease;

constexpr const char* solver_name = "max_weight_matching";

matching::Instance instance_of(const SparseGraph& graph, MaxWeightMatchingOptions options, const AllowedEdges& edges) {
  return {solver_name, graph, options.max_cardinality ? matching::Goal::largest : matching::Goal::cheapest,
          options.sense, edges};
}

}  // namespace

MaxWeightMatching::MaxWeightMatching(const SparseGraph& graph, MaxWeightMatchingOptions options)
    : graph_(graph), options_(options) {
  matching::check_undirected(solver_name, graph);
  if (graph.edge_count() < 1) fail<ValueError>(solver_name, ": the graph has no edges");
}

SolverTraits MaxWeightMatching::traits() const {
  return {.name = solver_name,
          .sense = options_.sense,
          .shape = {graph_.edge_count()},
          .ties = "which of several best matchings is taken follows from the costs alone",
          .constant_sum = options_.max_cardinality,
          .drawing = graph_.drawing()};
}

void MaxWeightMatching::solve(std::span<const real> cost, std::span<real> solution) const { solve(cost, {}, solution); }

void MaxWeightMatching::solve(std::span<const real> cost, const Instance& edges, std::span<real> solution) const {
  const Lease work(workspaces_);
  const matching::Instance instance = instance_of(graph_, options_, edges);
  matching::find_best(instance, cost, work->best);
  matching::write_solution(instance, work->best, solution);
}

std::optional<bool> MaxWeightMatching::tied(std::span<const real> cost, std::span<const real> solution) const {
  return tied(cost, {}, solution);
}

std::optional<bool> MaxWeightMatching::tied(std::span<const real> cost, const Instance& edges,
                                            std::span<const real>) const {
  const Lease work(workspaces_);
  const matching::Instance instance = instance_of(graph_, options_, edges);
  matching::find_best(instance, cost, work->best);
  return matching::has_other(instance, *work);
}

void MaxWeightMatching::mask(const Instance& instance, std::span<real> mask) const {
  instance.check(solver_name, graph_.edge_count());
  instance.mask(mask);
}

MatchingResult solve_max_weight_matching(const SparseGraph& graph, std::span<const double> cost,
                                         MaxWeightMatchingOptions options) {
  matching::check_undirected(solver_name, graph);
  return matching::solve_with_report(instance_of(graph, options, {}), cost);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
