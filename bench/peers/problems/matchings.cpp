#include <cotape/bench/peers/lemon/peers.h>
#include <cotape/bench/peers/problems/problem.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/matching/max_weight_matching.h>
#include <cotape/solvers/matching/perfect_matching.h>

#include <cmath>

namespace cotape::bench {
namespace {

// Costs [count, edges]: between random points of the unit square.
Tensor distances(std::int64_t count, const SparseGraph& graph, std::uint64_t seed) {
  const Tensor points = uniform_costs({count, graph.node_count(), 2}, seed);
  Tensor costs(Shape{count, graph.edge_count()});
  for (std::int64_t i = 0; i < count; ++i)
    for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
      const auto [from, to] = graph.edge(e);
      const real* const a = points.data() + 2 * (i * graph.node_count() + from);
      const real* const b = points.data() + 2 * (i * graph.node_count() + to);
      costs[i * graph.edge_count() + e] = std::hypot(a[0] - b[0], a[1] - b[1]);
    }
  return costs;
}

}  // namespace

std::vector<Problem> matching_problems(const ProblemOptions& options) {
  std::vector<Problem> problems;
  for (const int nodes : {20, 50, 200}) {
    const SparseGraph graph = SparseGraph::complete(nodes);
    const std::int64_t count = options.instances(graph.edge_count());
    std::vector<Engine> perfect = cotape_engine(PerfectMatching(graph));
    std::vector<Engine> heaviest = cotape_engine(MaxWeightMatching(graph));
    if constexpr (has_lemon) {
      add_peers(perfect, lemon_peers::perfect_matchings(nodes));
      add_peers(heaviest, lemon_peers::heaviest_matchings(nodes));
    }
    const std::string size = std::to_string(nodes);
    const Tensor near = distances(count, graph, options.seed);
    const Tensor uniform = uniform_costs({count, graph.edge_count()}, options.seed);
    problems.push_back({"perfect matching", size, "distances", near, perfect});
    problems.push_back({"perfect matching", size, "uniform", uniform, perfect});
    problems.push_back({"heaviest matching", size, "distances", near, heaviest});
    problems.push_back({"heaviest matching", size, "uniform", uniform, heaviest});
  }
  return problems;
}

}  // namespace cotape::bench
