#include <cotape/engine/base/error.h>
#include <cotape/solvers/flow/arcs.h>
#include <cotape/solvers/flow/cut_search.h>
#include <cotape/solvers/flow/graph_cut.h>
#include <cotape/solvers/kit/scale.h>

#include <utility>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr std::int64_t max_edges = 500'000'000;

}  // namespace

struct GraphCut::Workspace {
  flow::Arcs arcs;
  flow::CutWorkspace cut;
};

// One instance, solved.
class GraphCut::Search {
 public:
  Search(const GraphCut& solver, std::span<const real> cost, Workspace& work)
      : search_(load(solver, cost, work), work.cut) {
    search_.run();
  }
  flow::CutSearch<flow::Arcs>& result() { return search_; }

 private:
  static const flow::Arcs& load(const GraphCut& solver, std::span<const real> cost, Workspace& work) {
    const SparseGraph& graph = solver.graph_;
    const std::int64_t nodes = graph.node_count();
    work.arcs.prepare(graph);
    work.cut.clear(nodes, work.arcs.arc_count());
    const double scale = scale_of(cost);
    for (std::int64_t v = 0; v < nodes; ++v) work.cut.nodes[v].terminal = -scale * static_cast<double>(cost[v]);
    for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
      double pair = scale * static_cast<double>(cost[nodes + e]);
      if (pair < 0) {
        if (solver.negative_pairs_ == NegativePairs::refuse)
          fail<SolverError>("the cost ", cost[nodes + e], " of edge ", e,
                            " is negative: no minimum cut finds the cheapest labelling then");
        pair = 0;
      }
      const auto [forward, backward] = work.arcs.of_edge(e);
      if (forward < 0) continue;
      work.cut.residual[forward] = pair;
      if (!graph.is_directed()) work.cut.residual[backward] = pair;
    }
    return work.arcs;
  }

  flow::CutSearch<flow::Arcs> search_;
};

GraphCut::GraphCut(SparseGraph graph, NegativePairs negative_pairs)
    : graph_(std::move(graph)), negative_pairs_(negative_pairs) {
  if (graph_.node_count() < 1) fail<ValueError>("graph_cut: the graph has no nodes");
  if (graph_.edge_count() > max_edges)
    fail<ValueError>("graph_cut: ", graph_.edge_count(), " edges are more than ", max_edges);
}

SolverTraits GraphCut::traits() const {
  return {.name = "graph_cut",
          .sense = Sense::minimise,
          .shape = {graph_.node_count() + graph_.edge_count()},
          .ties = "the labelling with the fewest ones, which all others contain",
          .drawing = graph_.drawing(true)};
}

void GraphCut::solve(std::span<const real> cost, std::span<real> solution) const {
  const WorkspacePool<Workspace>::Lease work(workspaces_);
  Search search(*this, cost, *work);
  const auto label = [&](std::int64_t v) { return search.result().on_source_side(static_cast<std::int32_t>(v)); };
  const std::int64_t nodes = graph_.node_count();
  for (std::int64_t v = 0; v < nodes; ++v) solution[v] = label(v);
  for (std::int64_t e = 0; e < graph_.edge_count(); ++e) {
    const Edge edge = graph_.edge(e);
    const bool from = label(edge.from), to = label(edge.to);
    solution[nodes + e] = from != to && (from || !graph_.is_directed());
  }
}

std::optional<bool> GraphCut::tied(std::span<const real> cost, std::span<const real>) const {
  const WorkspacePool<Workspace>::Lease work(workspaces_);
  Search search(*this, cost, *work);
  search.result().finish_sink();
  for (std::int64_t v = 0; v < graph_.node_count(); ++v)
    if (search.result().free(static_cast<std::int32_t>(v))) return true;
  return false;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
