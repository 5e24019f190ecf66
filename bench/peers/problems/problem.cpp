#include <cotape/bench/peers/problems/problem.h>
#include <cotape/engine/base/random.h>

#include <algorithm>

namespace cotape::bench {

std::int64_t ProblemOptions::instances(std::int64_t costs) const {
  return std::clamp<std::int64_t>(entries / costs, 1, 2000);
}

std::vector<Engine> cotape_engine(const Solver& solver) {
  return {
      {"cotape", [solver](std::span<const real> costs, std::span<real> solution) { solver.solve(costs, solution); }}};
}

void add_peers(std::vector<Engine>& engines, Peers peers) {
  for (std::unique_ptr<Peer>& made : peers) {
    const std::shared_ptr<Peer> peer = std::move(made);
    engines.push_back({peer->name(), [peer](std::span<const real> costs, std::span<real> solution) {
                         peer->solve(costs.data(), solution.data());
                       }});
  }
}

PeerGraph peer_graph(const SparseGraph& graph) {
  PeerGraph out{.nodes = static_cast<int>(graph.node_count())};
  for (std::int64_t e = 0; e < graph.edge_count(); ++e)
    out.edges.emplace_back(static_cast<int>(graph.edge(e).from), static_cast<int>(graph.edge(e).to));
  return out;
}

Tensor uniform_costs(const Shape& shape, std::uint64_t seed) {
  Tensor costs(shape);
  Rng(seed).uniform(costs);
  return costs;
}

}  // namespace cotape::bench
