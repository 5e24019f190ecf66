#include <cotape/bench/peers/boost/peers.h>
#include <cotape/bench/peers/lemon/peers.h>
#include <cotape/bench/peers/problems/problem.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/flow/grid_cut.h>
#include <cotape/solvers/flow/min_cut.h>

#include <algorithm>
#include <cmath>

namespace cotape::bench {
namespace {

// ---- Labellings of grids ----

// Costs [count, 3, size, size] of normal numbers, of pairs without their sign.
Tensor normal_cuts(std::int64_t count, std::int64_t size, std::uint64_t seed) {
  Tensor costs(Shape{count, 3, size, size});
  Rng(seed).normal(costs);
  for (std::int64_t i = 0; i < costs.size(); ++i)
    if (i / (size * size) % 3 > 0) costs[i] = std::abs(costs[i]);
  return costs;
}

// Costs as of a noisy picture with bright discs on a dark ground: a cell is cheap as foreground where it is bright, and
// two neighbours are dear to part where they are alike (Boykov and Jolly, 2001).
Tensor segmentations(std::int64_t count, std::int64_t size, std::uint64_t seed) {
  constexpr double contrast = 0.5;  // the noise's deviation, and the difference that makes neighbours unlike
  Rng rng(seed);
  Tensor noise(Shape{count, size, size}), costs(Shape{count, 3, size, size});
  rng.normal(noise);
  for (std::int64_t i = 0; i < count; ++i) {
    struct Disc {
      double row, column, radius;
    };
    std::vector<Disc> discs;
    for (int d = 0; d < 3; ++d) {
      const auto share = [&] { return static_cast<double>(rng.uniform()) * static_cast<double>(size); };
      discs.push_back({share(), share(), 0.1 * static_cast<double>(size) + 0.15 * share()});
    }
    const auto bright = [&](std::int64_t r, std::int64_t c) {
      const bool inside = std::any_of(discs.begin(), discs.end(), [&](const Disc& d) {
        return std::hypot(static_cast<double>(r) - d.row, static_cast<double>(c) - d.column) < d.radius;
      });
      return (inside ? 1 : 0) + contrast * static_cast<double>(noise[(i * size + r) * size + c]);
    };
    const auto pair = [&](std::int64_t r, std::int64_t c, std::int64_t down, std::int64_t right) {
      if (r + down >= size || c + right >= size) return 0.0;
      const double difference = bright(r, c) - bright(r + down, c + right);
      return 0.05 + 0.5 * std::exp(-difference * difference / (2 * contrast * contrast));
    };
    real* const planes = costs.data() + i * 3 * size * size;
    for (std::int64_t r = 0; r < size; ++r)
      for (std::int64_t c = 0; c < size; ++c) {
        planes[r * size + c] = static_cast<real>(0.5 - bright(r, c));
        planes[(size + r) * size + c] = static_cast<real>(pair(r, c, 0, 1));
        planes[(2 * size + r) * size + c] = static_cast<real>(pair(r, c, 1, 0));
      }
  }
  return costs;
}

// The cells are nodes, whose label is 1 on the source's side: to be there costs what the label does, or, where it gains
// something, not to be there, which leaves all answers' differences as they are.
CutNetwork grid_network(int size) {
  const int cells = size * size;
  CutNetwork network{.nodes = cells + 2, .source = cells, .sink = cells + 1, .costs = 3 * cells};
  for (int r = 0; r < size; ++r)
    for (int c = 0; c < size; ++c) {
      const int cell = r * size + c;
      network.pairs.push_back({network.source, cell, cell, -1, 0, false});
      network.pairs.push_back({cell, network.sink, cell, 1, 0, true});
      if (c + 1 < size) network.pairs.push_back({cell, cell + 1, cells + cell, 1, 1, true});
      if (r + 1 < size) network.pairs.push_back({cell, cell + size, 2 * cells + cell, 1, 1, true});
    }
  return network;
}

// ---- Cuts of graphs ----

struct Network {
  std::string size, kind;
  SparseGraph graph;
  Tensor costs;
};

// Ten edges from every node to others, capacities uniform in (0, 1).
Network random_network(std::int64_t nodes, const ProblemOptions& options) {
  Rng rng(options.seed);
  std::vector<Edge> ends;
  for (std::int64_t from = 0; from < nodes; ++from)
    for (int k = 0; k < 10; ++k) ends.push_back({from, (from + 1 + rng.below(nodes - 1)) % nodes});
  const auto edges = static_cast<std::int64_t>(ends.size());
  return {std::to_string(nodes), "random", SparseGraph::directed(nodes, ends),
          uniform_costs({options.instances(edges), edges}, options.seed)};
}

// As those that the generator "washington" of the first DIMACS challenge makes (1991, "random level graphs"): rows of
// nodes, each with edges to three nodes of the next row; the source reaches the first row and the last one the sink, by
// edges that cost as much as all of a node's.
Network level_network(std::int64_t rows, std::int64_t columns, const ProblemOptions& options) {
  Rng rng(options.seed);
  const std::int64_t source = rows * columns, sink = source + 1;
  std::vector<Edge> ends;
  for (std::int64_t c = 0; c < columns; ++c) ends.push_back({source, c});
  for (std::int64_t c = 0; c < columns; ++c) ends.push_back({(rows - 1) * columns + c, sink});
  for (std::int64_t r = 0; r + 1 < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c)
      for (int k = 0; k < 3; ++k) ends.push_back({r * columns + c, (r + 1) * columns + rng.below(columns)});
  const auto edges = static_cast<std::int64_t>(ends.size());
  Tensor costs = uniform_costs({options.instances(edges), edges}, options.seed);
  for (std::int64_t i = 0; i < costs.shape()[0]; ++i) std::fill_n(costs.data() + i * edges, 2 * columns, real(3));
  return {std::to_string(rows) + "x" + std::to_string(columns), "levels", SparseGraph::directed(source + 2, ends),
          costs};
}

Problem minimum_cut(const Network& instance, std::int64_t source, std::int64_t target) {
  CutNetwork network{.nodes = static_cast<int>(instance.graph.node_count()),
                     .source = static_cast<int>(source),
                     .sink = static_cast<int>(target),
                     .costs = static_cast<int>(instance.graph.edge_count())};
  for (const auto& [from, to] : peer_graph(instance.graph).edges)
    network.pairs.push_back({from, to, static_cast<int>(network.pairs.size()), 1, 0, true});
  std::vector<Engine> engines = cotape_engine(MinCut(instance.graph, source, target));
  if constexpr (has_boost) add_peers(engines, boost_peers::cuts(network));
  if constexpr (has_lemon) add_peers(engines, lemon_peers::cuts(network));
  return {"minimum cut", instance.size, instance.kind, instance.costs, engines};
}

}  // namespace

std::vector<Problem> cut_problems(const ProblemOptions& options) {
  std::vector<Problem> problems;
  for (const int size : {32, 64}) {
    std::vector<Engine> engines = cotape_engine(GridCut{.height = size, .width = size});
    if constexpr (has_boost) add_peers(engines, boost_peers::cuts(grid_network(size)));
    if constexpr (has_lemon) add_peers(engines, lemon_peers::cuts(grid_network(size)));
    const std::string side = std::to_string(size);
    const std::int64_t count = options.instances(3 * size * size);
    problems.push_back(
        {"grid cut", side + "x" + side, "segmentation", segmentations(count, size, options.seed), engines});
    problems.push_back({"grid cut", side + "x" + side, "random", normal_cuts(count, size, options.seed), engines});
  }
  problems.push_back(minimum_cut(random_network(100, options), 0, 99));
  problems.push_back(minimum_cut(level_network(10, 10, options), 100, 101));
  problems.push_back(minimum_cut(level_network(32, 32, options), 1024, 1025));
  return problems;
}

}  // namespace cotape::bench
