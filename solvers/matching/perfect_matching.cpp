#include <cotape/engine/base/error.h>
#include <cotape/solvers/matching/instance.h>
#include <cotape/solvers/matching/perfect_matching.h>

#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

using Lease = WorkspacePool<matching::Workspace>::Lease;

constexpr const char* solver_name = "perfect_matching";

void check(const SparseGraph& graph) {
  matching::check_undirected(solver_name, graph);
  if (graph.node_count() % 2 != 0)
    fail<ValueError>(solver_name, ": the graph has ", graph.node_count(), " nodes, an odd number");
}

matching::Instance instance_of(const SparseGraph& graph, PerfectMatchingOptions options, const AllowedEdges& edges) {
  return {solver_name, graph, matching::Goal::perfect, options.sense, edges};
}

}  // namespace

PerfectMatching::PerfectMatching(const SparseGraph& graph, PerfectMatchingOptions options)
    : graph_(graph), options_(options) {
  check(graph);
  if (graph.edge_count() < 1) fail<ValueError>(solver_name, ": the graph has no edges");
  const std::vector<real> zeros(static_cast<std::size_t>(graph.edge_count()));
  const Lease work(workspaces_);
  matching::find_best(instance_of(graph_, options_, {}), zeros, work->best);
}

SolverTraits PerfectMatching::traits() const {
  return {.name = solver_name,
          .sense = options_.sense,
          .shape = {graph_.edge_count()},
          .ties = "which of several best matchings is taken follows from the costs alone",
          .constant_sum = true,
          .drawing = graph_.drawing()};
}

void PerfectMatching::solve(std::span<const real> cost, std::span<real> solution) const { solve(cost, {}, solution); }

void PerfectMatching::solve(std::span<const real> cost, const Instance& edges, std::span<real> solution) const {
  const Lease work(workspaces_);
  const matching::Instance instance = instance_of(graph_, options_, edges);
  matching::find_best(instance, cost, work->best);
  matching::write_solution(instance, work->best, solution);
}

std::optional<bool> PerfectMatching::tied(std::span<const real> cost, std::span<const real> solution) const {
  return tied(cost, {}, solution);
}

std::optional<bool> PerfectMatching::tied(std::span<const real> cost, const Instance& edges,
                                          std::span<const real>) const {
  const Lease work(workspaces_);
  const matching::Instance instance = instance_of(graph_, options_, edges);
  matching::find_best(instance, cost, work->best);
  return matching::has_other(instance, *work);
}

void PerfectMatching::mask(const Instance& instance, std::span<real> mask) const {
  instance.check(solver_name, graph_.edge_count());
  instance.mask(mask);
}

MatchingResult solve_perfect_matching(const SparseGraph& graph, std::span<const double> cost,
                                      PerfectMatchingOptions options) {
  check(graph);
  return matching::solve_with_report(instance_of(graph, options, {}), cost);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
