#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/flow/graph_cut.h>
#include <cotape/solvers/flow/grid_cut.h>

#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "../../instance_count.h"
#include "flow_reference.h"

using namespace cotape;

namespace {

// A labelling problem on up to 16 nodes, the costs of whose edges stand at `places` among the costs.
struct Labelling {
  SparseGraph graph;
  std::vector<std::size_t> places;  // [edges]

  std::vector<real> solution(std::size_t size, std::uint64_t ones) const {
    std::vector<real> y(size, real(0));
    for (std::int64_t v = 0; v < graph.node_count(); ++v) y[v] = static_cast<real>(ones >> v & 1);
    for (std::int64_t e = 0; e < graph.edge_count(); ++e) y[places[e]] = is_cut(graph, e, ones);
    return y;
  }
};

struct BestLabelling {
  double cost;
  std::uint64_t ones;  // what all best labellings have in common
  int count;
};
// From one labelling to the next a single node changes (Gray code), and with it the edges at that node.
BestLabelling best_of(const Labelling& problem, const std::vector<real>& costs) {
  struct EdgeAt {
    std::uint64_t from, to;  // each end's bit
    double cost;
  };
  const SparseGraph& graph = problem.graph;
  std::vector<std::vector<EdgeAt>> edges_at(static_cast<std::size_t>(graph.node_count()));
  for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
    const auto [from, to] = graph.edge(e);
    const EdgeAt edge{std::uint64_t{1} << from, std::uint64_t{1} << to, static_cast<double>(costs[problem.places[e]])};
    edges_at[from].push_back(edge);
    edges_at[to].push_back(edge);
  }
  const bool both_ways = !graph.is_directed();
  std::uint64_t ones = 0;
  double cost = 0;
  BestLabelling best{0, 0, 1};
  for (std::uint64_t step = 1; step < std::uint64_t{1} << graph.node_count(); ++step) {
    const int node = std::countr_zero(step);
    const std::uint64_t before = std::exchange(ones, ones ^ std::uint64_t{1} << node);
    cost += (ones > before ? 1 : -1) * static_cast<double>(costs[node]);
    const std::vector<EdgeAt>& edges = edges_at[node];
    for (const EdgeAt *edge = edges.data(), *end = edge + edges.size(); edge != end; ++edge) {
      const auto cut = [edge, both_ways](std::uint64_t side) {
        const bool from = side & edge->from, to = side & edge->to;
        return from != to && (from || both_ways);
      };
      cost += (cut(ones) - cut(before)) * edge->cost;
    }
    if (cost < best.cost) best = {cost, ones, 0};
    if (cost == best.cost) {
      best.ones &= ones;
      ++best.count;
    }
  }
  return best;
}

Labelling labelling_of(const GridCut& grid) {
  const std::int64_t h = grid.height, w = grid.width;
  Labelling problem;
  std::vector<Edge> edges;
  const std::int64_t steps[4][2] = {{0, 1}, {1, 0}, {1, 1}, {1, -1}};
  for (std::int64_t kind = 0; kind < (grid.neighbours == CutNeighbours::eight ? 4 : 2); ++kind)
    for (std::int64_t r = 0; r < h; ++r)
      for (std::int64_t c = 0; c < w; ++c) {
        const std::int64_t to_row = r + steps[kind][0], to_column = c + steps[kind][1];
        if (to_row >= h || to_column < 0 || to_column >= w) continue;
        edges.push_back({r * w + c, to_row * w + to_column});
        problem.places.push_back(static_cast<std::size_t>((kind + 1) * h * w + r * w + c));
      }
  problem.graph = SparseGraph::undirected(h * w, edges);
  return problem;
}

// Costs whose sums are exact: of cells of either sign, and of pairs.
std::vector<real> random_costs(std::size_t nodes, std::size_t pairs, int kind, Rng& rng) {
  std::vector<real> costs = random_capacities(nodes + pairs, kind, rng);
  for (std::size_t v = 0; v < nodes; ++v) costs[v] = 2 * costs[v] - (kind == 0 ? real(1) : kind == 3 ? 0 : real(3));
  for (real& cost : costs) cost = std::round(cost * 4096) / 4096;
  return costs;
}

std::vector<real> solved(const Solver& solver, const std::vector<real>& cost) {
  std::vector<real> solution(cost.size(), real(7));
  solver.solve(cost, solution);
  return solution;
}

}  // namespace

TEST_CASE("grid_cut: the cheapest of all labellings, with the fewest ones, on 20,000 instances") {
  Rng rng(1);
  const std::int64_t count = instance_count(20'000);
  int tied = 0, unique = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const bool full = i % 20 == 0;
    const GridCut grid{.height = full ? 4 : 1 + rng.below(3),
                       .width = full ? 4 : 1 + rng.below(3),
                       .neighbours = rng.below(2) ? CutNeighbours::eight : CutNeighbours::four};
    const Labelling problem = labelling_of(grid);
    const auto cells = static_cast<std::size_t>(grid.height * grid.width),
               size = static_cast<std::size_t>(grid.traits().shape.size());
    const std::vector<real> cost = random_costs(cells, size - cells, static_cast<int>(i % 4), rng);
    const BestLabelling best = best_of(problem, cost);
    CAPTURE(i);
    const std::vector<real> found = solved(grid, cost);
    REQUIRE(found == problem.solution(size, best.ones));
    REQUIRE(grid.tied(cost, found) == (best.count > 1));
    ++(best.count > 1 ? tied : unique);
  }
  CHECK(20 * tied > 3 * count);
  CHECK(20 * unique > 3 * count);
}

TEST_CASE("graph_cut: the cheapest of all labellings, with the fewest ones, on 10,000 instances") {
  Rng rng(2);
  for (int i = 0; i < 10'000; ++i) {
    const std::int64_t nodes = 1 + rng.below(7), edges = rng.below(3 * nodes);
    Labelling problem{random_graph(nodes, edges, rng.below(2) > 0, rng), {}};
    for (std::int64_t e = 0; e < edges; ++e) problem.places.push_back(static_cast<std::size_t>(nodes + e));
    const auto size = static_cast<std::size_t>(nodes + edges);
    const std::vector<real> cost =
        random_costs(static_cast<std::size_t>(nodes), size - static_cast<std::size_t>(nodes), i % 4, rng);
    const BestLabelling best = best_of(problem, cost);
    CAPTURE(i);
    const GraphCut solver(problem.graph);
    const std::vector<real> found = solved(solver, cost);
    REQUIRE(found == problem.solution(size, best.ones));
    REQUIRE(solver.tied(cost, found) == (best.count > 1));
  }
}

TEST_CASE("grid_cut and graph_cut agree on larger grids") {
  Rng rng(3);
  for (int i = 0; i < 100; ++i) {
    const GridCut grid{.height = 1 + rng.below(40),
                       .width = 1 + rng.below(40),
                       .neighbours = rng.below(2) ? CutNeighbours::eight : CutNeighbours::four};
    const Labelling problem = labelling_of(grid);
    const auto cells = static_cast<std::size_t>(grid.height * grid.width),
               size = static_cast<std::size_t>(grid.traits().shape.size());
    std::vector<real> cost = random_costs(cells, size - cells, i % 3, rng),
                      graph_cost(cost.begin(), cost.begin() + static_cast<std::ptrdiff_t>(cells));
    for (const std::size_t place : problem.places) graph_cost.push_back(cost[place]);
    const std::vector<real> found = solved(grid, cost), expected = solved(GraphCut(problem.graph), graph_cost);
    CAPTURE(i);
    REQUIRE(std::equal(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(cells), found.begin()));
  }
}

TEST_CASE("grid_cut: a small case by hand, tiny and huge costs") {
  constexpr real largest = std::numeric_limits<real>::max(), smallest = std::numeric_limits<real>::denorm_min();
  const GridCut grid{.height = 2, .width = 2};
  for (const real unit : {smallest, real(1), largest / 8})   // whose sums overflow
    CHECK(solved(grid, {-6 * unit, unit, unit, 8 * unit,     //
                        3 * unit, 8 * unit, unit, 8 * unit,  // the costs at the border do not count
                        3 * unit, unit, 8 * unit, 8 * unit}) == std::vector<real>{1, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0});
}

TEST_CASE("grid_cut and graph_cut: negative costs of pairs are refused, or count as zero") {
  const GridCut grid{.height = 2, .width = 2};
  std::vector<real> cost = {1, -2, 1, 1, 1, -7, 1, 1, 1, 1, -7, -7};  // negative only where there is no neighbour
  CHECK(solved(grid, cost) == std::vector<real>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  cost[4] = -1;
  CHECK_THROWS_WITH_AS(solved(grid, cost),
                       "the cost -1 of cell (0, 0) and its right neighbour is negative: no minimum cut finds the "
                       "cheapest labelling then",
                       SolverError);
  CHECK(solved(GridCut{.height = 2, .width = 2, .negative_pairs = NegativePairs::count_as_zero}, cost) ==
        std::vector<real>{0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0});
  const auto edge = SparseGraph::undirected(2, {{0, 1}});
  CHECK_THROWS_WITH_AS(solved(GraphCut(edge), {1, -1, -2}), doctest::Contains("the cost -2 of edge 0 is negative"),
                       SolverError);
  CHECK(solved(GraphCut(edge, NegativePairs::count_as_zero), {1, -1, -2}) == std::vector<real>{0, 1, 1});
}

TEST_CASE("grid_cut and graph_cut: what they say of themselves, and refusals") {
  const SolverTraits traits = GridCut{.height = 3, .width = 5, .neighbours = CutNeighbours::eight}.traits();
  CHECK(traits.name == "grid_cut");
  CHECK(traits.shape == Shape{5, 3, 5});
  CHECK_FALSE(traits.domain.bounded());
  CHECK_THROWS_WITH_AS(Solver(GridCut{.height = 0}), doctest::Contains("grid_cut: 0 x 1 cells"), ValueError);
  CHECK_THROWS_WITH_AS(Solver(GridCut{.height = 1 << 20, .width = 1 << 20}), doctest::Contains("more than 67108864"),
                       ValueError);
  CHECK(GraphCut(SparseGraph::directed(3, {{0, 1}})).traits().shape == Shape{4});
  CHECK_THROWS_WITH_AS(GraphCut(SparseGraph{}), "graph_cut: the graph has no nodes", ValueError);
}
