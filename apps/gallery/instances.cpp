#include <cotape/apps/gallery/instances.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/assignment/assignment.h>
#include <cotape/solvers/flow/graph_cut.h>
#include <cotape/solvers/flow/grid_cut.h>
#include <cotape/solvers/flow/min_cost_flow.h>
#include <cotape/solvers/flow/min_cut.h>
#include <cotape/solvers/flow/transportation.h>
#include <cotape/solvers/knapsack/knapsack.h>
#include <cotape/solvers/matching/max_weight_matching.h>
#include <cotape/solvers/matching/perfect_matching.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/paths/shortest_path.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/ranking.h>
#include <cotape/solvers/select/topk.h>
#include <cotape/solvers/sequences/alignment.h>
#include <cotape/solvers/sequences/segmentation.h>
#include <cotape/solvers/sequences/viterbi.h>
#include <cotape/solvers/trees/arborescence.h>
#include <cotape/solvers/trees/spanning_tree.h>
#include <cotape/solvers/tsp/tsp.h>

#include <algorithm>
#include <cmath>

namespace cotape::app {

namespace {

Tensor uniform(const Shape& shape, std::uint64_t seed) {
  Tensor x(shape);
  Rng(seed).uniform(x);
  return x;
}

double distance(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }

// So many points, none close to another one.
std::vector<Point> scattered(std::size_t count, std::uint64_t seed) {
  Rng rng(seed);
  const double apart = 0.7 / std::sqrt(static_cast<double>(count));
  std::vector<Point> points;
  while (points.size() < count) {
    Tensor xy(Shape{2});
    rng.uniform(xy);
    const Point point{static_cast<double>(xy[0]), static_cast<double>(xy[1])};
    if (std::all_of(points.begin(), points.end(), [&](Point p) { return distance(p, point) > apart; }))
      points.push_back(point);
  }
  return points;
}

// Edges between points that are near each other; of a directed graph to the one further right.
std::vector<Edge> edges_between(const std::vector<Point>& points, double reach) {
  std::vector<Edge> edges;
  for (std::int64_t i = 0; i < std::ssize(points); ++i)
    for (std::int64_t j = i + 1; j < std::ssize(points); ++j) {
      const Point a = points[static_cast<std::size_t>(i)], b = points[static_cast<std::size_t>(j)];
      if (distance(a, b) < reach) edges.push_back(a.x < b.x ? Edge{i, j} : Edge{j, i});
    }
  return edges;
}

Tensor lengths(const std::vector<Edge>& edges, const std::vector<Point>& points) {
  Tensor costs(Shape{std::ssize(edges)});
  for (std::int64_t e = 0; e < costs.size(); ++e) {
    const auto [from, to] = edges[static_cast<std::size_t>(e)];
    costs[e] =
        static_cast<real>(distance(points[static_cast<std::size_t>(from)], points[static_cast<std::size_t>(to)]));
  }
  return costs;
}

std::int64_t leftmost(const std::vector<Point>& points) {
  return std::min_element(points.begin(), points.end(), [](Point a, Point b) { return a.x < b.x; }) - points.begin();
}
std::int64_t rightmost(const std::vector<Point>& points) {
  return std::max_element(points.begin(), points.end(), [](Point a, Point b) { return a.x < b.x; }) - points.begin();
}

Tensor distances(const std::vector<Point>& points) {
  const std::int64_t n = std::ssize(points);
  Tensor costs(Shape{n, n});
  for (std::int64_t i = 0; i < n * n; ++i)
    costs[i] =
        static_cast<real>(distance(points[static_cast<std::size_t>(i / n)], points[static_cast<std::size_t>(i % n)]));
  return costs;
}

// Costs of labels: a disc that noise hides, and the same for every pair that differs.
Tensor noisy_disc(std::int64_t size, const Shape& shape) {
  Tensor costs(shape);
  costs.fill(real(0.8));
  const Tensor noise = uniform({size, size}, 12);
  for (std::int64_t i = 0; i < size * size; ++i) {
    const double middle = static_cast<double>(size - 1) / 2;
    const double far = std::hypot(static_cast<double>(i / size) - middle, static_cast<double>(i % size) - middle);
    costs[i] = (far < static_cast<double>(size) / 3 ? real(-1) : real(1)) + 5 * (noise[i] - real(0.5));
  }
  return costs;
}

void add_graphs(std::vector<SolverExample>& all) {
  const std::vector<Point> points = scattered(16, 4);
  const std::vector<Edge> edges = edges_between(points, 0.45);
  const auto undirected = SparseGraph::undirected(16, edges), directed = SparseGraph::directed(16, edges);
  const std::int64_t source = leftmost(points), target = rightmost(points);
  all.push_back({"shortest_path", ShortestPath(directed, source, target), lengths(edges, points), points});
  all.push_back({"spanning_tree", SpanningTree(undirected), lengths(edges, points), points});
  std::vector<Edge> both_ways = edges;
  for (const Edge edge : edges) both_ways.push_back({edge.to, edge.from});
  all.push_back({"arborescence", Arborescence(SparseGraph::directed(16, both_ways), {.root = source}),
                 uniform({std::ssize(both_ways)}, 5), points});
  all.push_back({"perfect_matching", PerfectMatching(undirected), lengths(edges, points), points});
  all.push_back({"max_weight_matching", MaxWeightMatching(undirected), uniform({std::ssize(edges)}, 6), points});
  all.push_back({"min_cut", MinCut(undirected, source, target), uniform({std::ssize(edges)}, 7), points});
  FlowProblem flow{std::vector<std::int64_t>(16), std::vector<std::int64_t>(edges.size(), 2)};
  flow.supplies[static_cast<std::size_t>(source)] = 4;
  flow.supplies[static_cast<std::size_t>(target)] = -4;
  all.push_back({"min_cost_flow", MinCostFlow(directed, flow), lengths(edges, points), points});

  std::vector<Point> grid;
  std::vector<Edge> beside;
  for (std::int64_t i = 0; i < 36; ++i) {
    grid.push_back({static_cast<double>(i % 6) / 5, 1 - static_cast<double>(i / 6) / 5});
    if (i % 6 < 5) beside.push_back({i, i + 1});
    if (i < 30) beside.push_back({i, i + 6});
  }
  const auto cells = SparseGraph::undirected(36, beside);
  all.push_back({"graph_cut", GraphCut(cells), noisy_disc(6, {36 + cells.edge_count()}), grid});
}

}  // namespace

std::vector<SolverExample> solver_examples() {
  std::vector<SolverExample> all;
  all.push_back({"top_k", TopK{.n = 12, .k = 4}, uniform({12}, 1)});
  all.push_back({"ranking", Ranking{.n = 8}, uniform({8}, 2)});
  all.push_back({"enumerated", Enumerated{all_subsets(8, 2)}, uniform({8}, 3)});
  all.push_back({"grid_path", GridPath{.height = 10, .width = 14}, uniform({10, 14}, 4)});
  add_graphs(all);
  const std::vector<Point> cities = scattered(18, 8);
  all.push_back({"tsp", Tsp{.n = 18}, distances(cities), cities});
  all.push_back({"assignment", Assignment{.rows = 6, .columns = 8}, uniform({6, 8}, 9)});
  all.push_back({"transportation", Transportation({{5, 3, 4}, {2, 4, 3, 3}}), uniform({3, 4}, 10)});
  all.push_back({"knapsack", Knapsack{.n = 10, .fixed = {{3, 1, 2, 5, 4, 2, 3, 6, 1, 2}, 14}}, uniform({10}, 11)});
  const GridCut grid{.height = 12, .width = 12};
  all.push_back({"grid_cut", grid, noisy_disc(12, grid.traits().shape)});
  all.push_back({"viterbi", Viterbi{.steps = 10, .labels = 5}, uniform({15, 5}, 13)});
  all.push_back({"time_warping", TimeWarping{.first = 8, .second = 12}, uniform({8, 12}, 14)});
  all.push_back({"segmentation", Segmentation{.steps = 12, .max_length = 5}, uniform({12, 5}, 15)});
  return all;
}

}  // namespace cotape::app
