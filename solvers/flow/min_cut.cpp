#include <cotape/engine/base/error.h>
#include <cotape/solvers/flow/arcs.h>
#include <cotape/solvers/flow/cut_search.h>
#include <cotape/solvers/flow/min_cut.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {

namespace {

struct Work {
  flow::Arcs arcs;
  flow::CutWorkspace cut;
};

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t max_edges = 500'000'000;

// Capacities whose sum overflows are multiplied by this; what vanishes is far below rounding.
constexpr double scale_of_large = 0x1p-32;

// Throws E when the problem has no cut.
template <class E>
void check(const CutProblem& problem, const char* who) {
  for (const std::int64_t v : {problem.source, problem.target})
    if (v < 0 || v >= problem.graph.node_count())
      fail<E>(who, "node ", v, " is not one of the ", problem.graph.node_count(), " nodes");
  if (problem.source == problem.target) fail<E>(who, "node ", problem.source, " is both source and target");
}

// The minimum cut for capacities of type T; work.cut then has what is left of them, and the sides.
template <class T>
flow::CutSearch<flow::Arcs> find_cut(const CutProblem& problem, std::span<const T> capacity, Work& work) {
  const std::int64_t edges = problem.graph.edge_count();
  work.arcs.prepare(problem.graph);
  work.cut.clear(work.arcs.node_count(), work.arcs.arc_count());
  double sum = 0;
  for (std::int64_t e = 0; e < edges; ++e) sum += static_cast<double>(capacity[static_cast<std::size_t>(e)]);
  const double scale = std::isfinite(sum) ? 1 : scale_of_large;
  for (std::int64_t e = 0; e < edges; ++e) {
    const std::int32_t arc = work.arcs.arc_of(e);
    if (arc < 0) continue;
    work.cut.residual[arc] = scale * static_cast<double>(capacity[static_cast<std::size_t>(e)]);
    if (!problem.graph.is_directed()) work.cut.residual[work.arcs.reverse(arc)] = work.cut.residual[arc];
  }
  work.cut.nodes[problem.source].terminal = infinity;
  work.cut.nodes[problem.target].terminal = -infinity;
  flow::CutSearch search(work.arcs, work.cut);
  search.run();
  return search;
}

}  // namespace

struct MinCut::Workspace : Work {};

MinCut::MinCut(std::int64_t edges) : edges_(edges) {
  if (edges < 1 || edges > max_edges) fail<ValueError>("min_cut: ", edges, " edges are outside 1 … ", max_edges);
}

MinCut::MinCut(SparseGraph graph, std::int64_t source, std::int64_t target) : MinCut(graph.edge_count()) {
  problem_ = {std::move(graph), source, target};
  check<ValueError>(problem_, "min_cut: ");
}

SolverTraits MinCut::traits() const {
  return {.name = "min_cut",
          .sense = Sense::minimise,
          .shape = {edges_},
          .domain = {.lower = 0},
          .ties = "the cut with the smallest source side, which lies inside all others",
          .drawing = drawing(problem_)};
}

void MinCut::solve(std::span<const real> cost, const Instance& instance, std::span<real> solution) const {
  const SparseGraph& graph = instance.graph;
  if (graph.edge_count() > edges_) fail<SolverError>(graph.edge_count(), " edges for a solver of ", edges_);
  check<SolverError>(instance, "");
  const WorkspacePool<Workspace>::Lease work(workspaces_);
  const auto search = find_cut(instance, cost, *work);
  std::fill(solution.begin(), solution.end(), real(0));
  for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
    const Edge edge = graph.edge(e);
    const bool from = search.on_source_side(static_cast<std::int32_t>(edge.from)),
               to = search.on_source_side(static_cast<std::int32_t>(edge.to));
    solution[e] = from != to && (from || !graph.is_directed()) ? real(1) : real(0);
  }
}

void MinCut::mask(const Instance& instance, std::span<real> mask) const {
  std::fill_n(mask.begin(), std::min(instance.graph.edge_count(), edges_), real(1));
}

Drawing MinCut::drawing(const Instance& instance) const {
  Drawing drawing = instance.graph.drawing();
  if (drawing.kind != Drawing::Kind::graph) return drawing;
  drawing.kind = Drawing::Kind::cut;
  drawing.source = instance.source;
  drawing.target = instance.target;
  return drawing;
}

MaxFlowResult solve_max_flow(const CutProblem& problem, std::span<const double> capacity) {
  const SparseGraph& graph = problem.graph;
  if (std::ssize(capacity) != graph.edge_count())
    fail<ShapeError>("max_flow: ", capacity.size(), " capacities for ", graph.edge_count(), " edges");
  double sum = 0;
  for (std::size_t e = 0; e < capacity.size(); ++e) {
    if (!(capacity[e] >= 0))
      fail<ValueError>("max_flow: capacity ", capacity[e], " of edge ", e, " is negative or no number");
    sum += capacity[e];
  }
  if (!std::isfinite(sum)) fail<ValueError>("max_flow: the sum of all capacities is ", sum);
  check<ValueError>(problem, "max_flow: ");
  Work work;
  const auto search = find_cut(problem, capacity, work);
  MaxFlowResult result;
  for (std::int32_t v = 0; v < work.arcs.node_count(); ++v) result.source_side.push_back(search.on_source_side(v));
  result.flow.assign(capacity.size(), 0);
  for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
    const Edge edge = graph.edge(e);
    const std::int32_t arc = work.arcs.arc_of(e);
    if (arc < 0) continue;
    const double left = work.cut.residual[arc], back = work.cut.residual[work.arcs.reverse(arc)];
    // Flow is what the one direction has more than the other, and what it has lost.
    const double flow = graph.is_directed() ? back : (back - left) / 2;
    result.flow[e] = flow;
    if (edge.from == problem.source) result.value += flow;
    if (edge.to == problem.source) result.value -= flow;
  }
  return result;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
