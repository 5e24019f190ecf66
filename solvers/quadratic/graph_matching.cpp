#include <cotape/engine/base/error.h>
#include <cotape/solvers/quadratic/graph_matching.h>
#include <cotape/solvers/quadratic/search.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

using quadratic::EdgeCosts, quadratic::infinity, quadratic::Limits, quadratic::Workspace;

constexpr std::int64_t max_entries = std::int64_t{1} << 26;

// Node i of the left graph, and those of the right one, in terms of rows and columns.
std::int32_t right_of(const EdgeCosts& costs, const quadratic::Places& places, std::int64_t left) {
  if (!costs.turned()) return places[left] < costs.columns() ? places[left] : -1;
  const auto row = std::find(places.begin(), places.end(), static_cast<std::int32_t>(left));
  return row == places.end() ? -1 : static_cast<std::int32_t>(row - places.begin());
}

void check_graph(const char* name, const char* side, const SparseGraph& graph) {
  if (graph.is_directed() && graph.edge_count() > 0)
    fail<ValueError>(name, ": the ", side, " graph is directed; give an undirected one");
  for (std::int64_t e = 0; e < graph.edge_count(); ++e)
    if (graph.edge(e).from == graph.edge(e).to)
      fail<ValueError>(name, ": edge ", e, " of the ", side, " graph is a loop at node ", graph.edge(e).from);
}

void check_graphs(const char* name, const GraphMatchingLayout& layout, const MatchedGraphs& graphs) {
  const auto check = [&](const char* side, const SparseGraph& graph, std::int64_t nodes, std::int64_t edges) {
    check_graph(name, side, graph);
    if (graph.node_count() > nodes || graph.edge_count() > edges)
      fail<ValueError>(name, ": the ", side, " graph has ", graph.node_count(), " nodes and ", graph.edge_count(),
                       " edges, more than the ", nodes, " and ", edges, " of the layout");
  };
  check("left", graphs.left, layout.left_nodes, layout.left_edges);
  check("right", graphs.right, layout.right_nodes, layout.right_edges);
  if (!graphs.allowed.empty() && std::ssize(graphs.allowed) != layout.left_nodes * layout.right_nodes)
    fail<ValueError>(name, ": ", graphs.allowed.size(), " entries of `allowed` for ", layout.left_nodes, " x ",
                     layout.right_nodes, " nodes");
}

template <class Matching>
void check_settings(const char* name, const Matching& solver) {
  const auto& [left_nodes, right_nodes, left_edges, right_edges] = solver.layout;
  if (left_nodes < 1 || right_nodes < 1 || left_edges < 0 || right_edges < 0)
    fail<ValueError>(name, ": a layout of ", left_nodes, " and ", right_nodes, " nodes, ", left_edges, " and ",
                     right_edges, " edges");
  if (left_nodes > max_entries / right_nodes || (right_edges > 0 && left_edges > max_entries / 2 / right_edges) ||
      solver.layout.size() > max_entries)
    fail<ValueError>(name, ": ", left_nodes, " x ", right_nodes, " nodes and ", left_edges, " x ", right_edges,
                     " edges are more than ", max_entries, " entries");
  if (solver.unassigned_cost && !std::isfinite(*solver.unassigned_cost))
    fail<ValueError>(name, ": unassigned_cost = ", *solver.unassigned_cost, " is not finite");
  check_graphs(name, solver.layout, solver.fixed);
}

template <class Matching>
SolverTraits traits_of(const char* name, const Matching& solver) {
  return {.name = name,
          .sense = Sense::minimise,
          .shape = {solver.layout.size()},
          .ties = "which of several cheapest matchings is taken follows from the costs alone",
          .scale_invariant = solver.unassigned_cost.value_or(0) == 0};
}

bool may_match(const GraphMatchingLayout& layout, const MatchedGraphs& graphs, std::int64_t i, std::int64_t j) {
  return graphs.allowed.empty() || graphs.allowed[static_cast<std::size_t>(layout.place(i, j))] != 0;
}

void mark_real(const GraphMatchingLayout& layout, const MatchedGraphs& graphs, std::span<real> mask) {
  const auto mark = [&](std::int64_t place, bool may) { mask[static_cast<std::size_t>(place)] = may ? 1 : 0; };
  const auto may = [&](std::int64_t i, std::int64_t j) { return may_match(layout, graphs, i, j); };
  for (std::int64_t i = 0; i < graphs.left.node_count(); ++i)
    for (std::int64_t j = 0; j < graphs.right.node_count(); ++j) mark(layout.place(i, j), may(i, j));
  for (std::int64_t e = 0; e < graphs.left.edge_count(); ++e)
    for (std::int64_t f = 0; f < graphs.right.edge_count(); ++f) {
      const auto [i, k] = graphs.left.edge(e);
      const auto [j, l] = graphs.right.edge(f);
      mark(layout.place(e, f, false), may(i, j) && may(k, l));
      mark(layout.place(e, f, true), may(i, l) && may(k, j));
    }
}

// Of the tabu search before the exact one: little for small graphs, which the exact one solves soon.
quadratic::Effort effort_for(const EdgeCosts& costs) {
  return {4, std::min<std::int64_t>(std::int64_t{costs.rows()} * costs.rows(), 100)};
}

[[noreturn]] void fail_without_matching(const std::string& who, const SparseGraph& left, const SparseGraph& right) {
  fail<SolverError>(who, "there are no ", std::min(left.node_count(), right.node_count()), " pairs of ",
                    left.node_count(), " left and ", right.node_count(), " right nodes without a forbidden one");
}

// The costs of an instance to work.costs. False when there are no nodes to match.
template <class Matching>
bool assign_costs(const Matching& solver, std::span<const real> cost, const MatchedGraphs& graphs, Workspace& work) {
  const auto& layout = solver.layout;
  const std::int64_t left = graphs.left.node_count(), right = graphs.right.node_count();
  if (left == 0 || right == 0) return false;
  const auto at = [&](std::int64_t place) { return static_cast<double>(cost[static_cast<std::size_t>(place)]); };
  work.node_costs.clear();
  for (std::int64_t i = 0; i < left; ++i)
    for (std::int64_t j = 0; j < right; ++j)
      work.node_costs.push_back(may_match(layout, graphs, i, j) ? at(layout.place(i, j)) : infinity);
  work.edge_costs.clear();
  for (std::int64_t e = 0; e < graphs.left.edge_count(); ++e)
    for (std::int64_t f = 0; f < graphs.right.edge_count(); ++f)
      for (const bool crossed : {false, true}) work.edge_costs.push_back(at(layout.place(e, f, crossed)));
  std::optional<double> unassigned;
  if (solver.unassigned_cost) unassigned = static_cast<double>(*solver.unassigned_cost);
  work.costs.assign({graphs.left, graphs.right, work.node_costs, work.edge_costs, unassigned});
  return true;
}

void write_solution(const GraphMatchingLayout& layout, const MatchedGraphs& graphs, const Workspace& work,
                    std::span<real> solution) {
  const auto right = [&](std::int64_t i) { return std::int64_t{right_of(work.costs, work.places, i)}; };
  const auto mark = [&](std::int64_t place) { solution[static_cast<std::size_t>(place)] = 1; };
  for (std::int64_t i = 0; i < graphs.left.node_count(); ++i)
    if (right(i) >= 0) mark(layout.place(i, right(i)));
  for (std::int64_t e = 0; e < graphs.left.edge_count(); ++e) {
    const std::int64_t from = right(graphs.left.edge(e).from), to = right(graphs.left.edge(e).to);
    if (from < 0 || to < 0) continue;
    for (std::int64_t f = 0; f < graphs.right.edge_count(); ++f) {
      const Edge edge = graphs.right.edge(f);
      if (edge == Edge{from, to}) mark(layout.place(e, f, false));
      if (edge == Edge{to, from}) mark(layout.place(e, f, true));
    }
  }
}

const MatchedGraphs& fixed_graphs(const char* name, const MatchedGraphs& fixed) {
  if (fixed.left.node_count() == 0 && fixed.right.node_count() == 0)
    fail<SolverError>(name, ": there are no graphs: give instance data, or `fixed`");
  return fixed;
}

constexpr const char* exact_name = "graph_matching";
constexpr const char* search_name = "graph_matching_search";

void check_effort(const char* name, std::int64_t starts, std::int64_t steps) {
  if (starts < 1) fail<ValueError>(name, ": starts = ", starts, " is not positive");
  if (steps < 0) fail<ValueError>(name, ": steps = ", steps, " is negative");
}

void check_bound_fits(const char* name, std::int64_t left, std::int64_t right, bool partial) {
  if (!quadratic::bound_fits(std::min(left, right), std::max(left, right), partial))
    fail<ValueError>(name, ": ", left, " x ", right, " nodes are too many for an exact search");
}

// The costs of the problem, checked, to work.costs, and the cheapest matching of the nodes alone to work.places.
void begin(const char* name, const GraphMatchingProblem& problem, Workspace& work) {
  const std::int64_t left = problem.left.node_count(), right = problem.right.node_count();
  const std::int64_t left_edges = problem.left.edge_count(), right_edges = problem.right.edge_count();
  check_graph(name, "left", problem.left);
  check_graph(name, "right", problem.right);
  if (left < 1 || right < 1) fail<ValueError>(name, ": ", left, " x ", right, " nodes");
  if (std::ssize(problem.node_costs) != left * right || std::ssize(problem.edge_costs) != left_edges * right_edges * 2)
    fail<ShapeError>(name, ": ", problem.node_costs.size(), " and ", problem.edge_costs.size(), " costs for ", left,
                     " x ", right, " nodes and ", left_edges, " x ", right_edges, " edges");
  for (std::size_t k = 0; k < problem.node_costs.size(); ++k)
    if (std::isnan(problem.node_costs[k]) || problem.node_costs[k] == -infinity)
      fail<ValueError>(name, ": node cost ", problem.node_costs[k], " at index ", k, " is neither finite nor +∞");
  for (std::size_t k = 0; k < problem.edge_costs.size(); ++k)
    if (!std::isfinite(problem.edge_costs[k]))
      fail<ValueError>(name, ": edge cost ", problem.edge_costs[k], " at index ", k, " is not finite");
  if (problem.unassigned_cost && !std::isfinite(*problem.unassigned_cost))
    fail<ValueError>(name, ": unassigned_cost = ", *problem.unassigned_cost, " is not finite");
  work.costs.assign({problem.left, problem.right, problem.node_costs, problem.edge_costs, problem.unassigned_cost});
  if (!work.local_search.begin(work.costs, work.places))
    fail_without_matching(std::string(name) + ": ", problem.left, problem.right);
}

GraphMatchingResult report(const GraphMatchingProblem& problem, const Workspace& work, double lower_bound,
                           quadratic::Clock::time_point start) {
  GraphMatchingResult result;
  for (std::int64_t i = 0; i < problem.left.node_count(); ++i)
    result.right_of_left.push_back(right_of(work.costs, work.places, i));
  const double left_out = problem.unassigned_cost.value_or(0) * work.costs.rows();
  result.cost = work.costs.unscaled(work.costs.cost(work.places)) + left_out;
  result.lower_bound = work.costs.unscaled(lower_bound) + left_out;
  result.nodes = work.branch_and_bound.nodes();
  result.seconds = std::chrono::duration<double>(quadratic::Clock::now() - start).count();
  return result;
}

}  // namespace

SolverTraits GraphMatching::traits() const {
  check_settings(exact_name, *this);
  check_bound_fits(exact_name, layout.left_nodes, layout.right_nodes, unassigned_cost.has_value());
  Limits(limits, exact_name);
  return traits_of(exact_name, *this);
}

void GraphMatching::solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const {
  check_graphs(exact_name, layout, instance);
  const WorkspacePool<Workspace>::Lease work(workspaces);
  if (!assign_costs(*this, cost, instance, *work)) return;
  if (!work->local_search.begin(work->costs, work->places)) fail_without_matching("", instance.left, instance.right);
  if (!quadratic::find_cheapest(work->costs, effort_for(work->costs), Limits(limits, exact_name), *work))
    fail<SolverError>("stopped at its limit after ", work->branch_and_bound.nodes(), " nodes");
  write_solution(layout, instance, *work, solution);
}

void GraphMatching::solve(std::span<const real> cost, std::span<real> solution) const {
  solve(cost, fixed_graphs(exact_name, fixed), solution);
}

std::optional<bool> GraphMatching::tied(std::span<const real> cost, const Instance& instance,
                                        std::span<const real>) const {
  const WorkspacePool<Workspace>::Lease work(workspaces);
  if (!assign_costs(*this, cost, instance, *work)) return false;
  const Limits running(limits, exact_name);
  const auto find = [&] { return quadratic::find_cheapest(work->costs, effort_for(work->costs), running, *work); };
  if (!work->local_search.begin(work->costs, work->places) || !find()) return std::nullopt;
  const quadratic::Places best = work->places;
  const double least = work->costs.cost(best);
  for (std::int32_t row = 0; row < work->costs.rows(); ++row) {
    const double allowed = work->costs.exchange_linear(row, best[row], infinity);
    if (work->local_search.begin(work->costs, work->places)) {
      if (!find()) return std::nullopt;
      if (work->costs.cost(work->places) <= least + work->costs.tolerance()) return true;
    }
    work->costs.exchange_linear(row, best[row], allowed);
  }
  return false;
}

std::optional<bool> GraphMatching::tied(std::span<const real> cost, std::span<const real> solution) const {
  return tied(cost, fixed_graphs(exact_name, fixed), solution);
}

void GraphMatching::mask(const Instance& instance, std::span<real> mask) const {
  check_graphs(exact_name, layout, instance);
  mark_real(layout, instance, mask);
}

SolverTraits GraphMatchingSearch::traits() const {
  check_settings(search_name, *this);
  check_effort(search_name, starts, steps);
  SolverTraits traits = traits_of(search_name, *this);
  traits.exact = false;
  traits.ties = "the matching that the search ends at, always the same for the same costs";
  return traits;
}

void GraphMatchingSearch::solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const {
  check_graphs(search_name, layout, instance);
  const WorkspacePool<Workspace>::Lease work(workspaces);
  if (!assign_costs(*this, cost, instance, *work)) return;
  if (!work->local_search.begin(work->costs, work->places)) fail_without_matching("", instance.left, instance.right);
  work->local_search.improve(work->costs, starts, steps, {}, work->places);
  write_solution(layout, instance, *work, solution);
}

void GraphMatchingSearch::solve(std::span<const real> cost, std::span<real> solution) const {
  solve(cost, fixed_graphs(search_name, fixed), solution);
}

void GraphMatchingSearch::mask(const Instance& instance, std::span<real> mask) const {
  check_graphs(search_name, layout, instance);
  mark_real(layout, instance, mask);
}

GraphMatchingResult solve_graph_matching(const GraphMatchingProblem& problem, const QuadraticLimits& limits) {
  const auto start = quadratic::Clock::now();
  constexpr const char* name = "solve_graph_matching";
  const Limits running(limits, name);
  Workspace work;
  check_bound_fits(name, problem.left.node_count(), problem.right.node_count(), problem.unassigned_cost.has_value());
  begin(name, problem, work);
  const bool optimal = quadratic::find_cheapest(work.costs, effort_for(work.costs), running, work);
  GraphMatchingResult result = report(problem, work, work.branch_and_bound.lower_bound(), start);
  result.optimal = optimal;
  return result;
}

GraphMatchingResult approximate_graph_matching(const GraphMatchingProblem& problem, std::int64_t starts,
                                               std::int64_t steps, std::int64_t passes) {
  const auto start = quadratic::Clock::now();
  constexpr const char* name = "approximate_graph_matching";
  check_effort(name, starts, steps);
  if (passes < 0) fail<ValueError>(name, ": passes = ", passes, " is negative");
  Workspace work;
  begin(name, problem, work);
  work.local_search.improve(work.costs, starts, steps, {}, work.places);
  double lower_bound = -infinity;
  bool optimal = false;
  if (passes > 0 && quadratic::bound_fits(work.costs.rows(), work.costs.columns(), work.costs.partial())) {
    work.branch_and_bound.begin(work.costs, {}, work.places);
    optimal = work.branch_and_bound.raise_root(passes);
    lower_bound = work.branch_and_bound.lower_bound();
    work.places = work.branch_and_bound.best();
  }
  GraphMatchingResult result = report(problem, work, lower_bound, start);
  result.optimal = optimal;
  return result;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
