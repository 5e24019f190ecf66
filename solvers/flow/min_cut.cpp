#include <cotape/engine/base/error.h>
#include <cotape/solvers/flow/arcs.h>
#include <cotape/solvers/flow/cut_search.h>
#include <cotape/solvers/flow/min_cut.h>
#include <cotape/solvers/flow/push_relabel.h>
#include <cotape/solvers/kit/scale.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t max_edges = 500'000'000;

// Throws E when the problem has no cut.
template <class E>
void check(const CutProblem& problem, const char* who) {
  for (const std::int64_t v : {problem.source, problem.target})
    if (v < 0 || v >= problem.graph.node_count())
      fail<E>(who, "node ", v, " is not one of the ", problem.graph.node_count(), " nodes");
  if (problem.source == problem.target) fail<E>(who, "node ", problem.source, " is both source and target");
}

}  // namespace

struct MinCut::Workspace {
  flow::Arcs arcs;
  flow::PushRelabel search;
};

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
  work->arcs.prepare(graph);
  work->search.clear(work->arcs);
  const double scale = scale_of(cost);
  const bool both_ways = !graph.is_directed();
  for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
    const auto [forward, backward] = work->arcs.of_edge(e);
    if (forward < 0) continue;
    const double capacity = scale * static_cast<double>(cost[e]);
    work->search.set_capacity(backward, capacity);
    if (both_ways) work->search.set_capacity(forward, capacity);
  }
  work->search.run(work->arcs, static_cast<std::int32_t>(instance.source), static_cast<std::int32_t>(instance.target));
  std::fill(solution.begin(), solution.end(), real(0));
  for (const std::int32_t v : work->search.source_side())
    for (const auto [edge, other] : graph.out_edges(v))
      if (!work->search.on_source_side(other)) solution[edge] = 1;
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
  flow::Arcs arcs;
  arcs.prepare(graph);
  flow::CutWorkspace work;
  work.clear(arcs.node_count(), arcs.arc_count());
  for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
    const auto [forward, backward] = arcs.of_edge(e);
    if (forward < 0) continue;
    work.residual[forward] = capacity[e];
    if (!graph.is_directed()) work.residual[backward] = capacity[e];
  }
  work.nodes[problem.source].terminal = infinity;
  work.nodes[problem.target].terminal = -infinity;
  flow::CutSearch search(arcs, work);
  search.run();
  MaxFlowResult result;
  for (std::int32_t v = 0; v < arcs.node_count(); ++v) result.source_side.push_back(search.on_source_side(v));
  result.flow.assign(capacity.size(), 0);
  for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
    const Edge edge = graph.edge(e);
    const auto [forward, backward] = arcs.of_edge(e);
    if (forward < 0) continue;
    const double left = work.residual[forward], back = work.residual[backward];
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
