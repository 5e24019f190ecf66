#include <cotape/apps/decide/problems.h>
#include <cotape/data/sets/decision_data.h>
#include <cotape/data/sets/numpy_random.h>
#include <cotape/engine/base/error.h>
#include <cotape/solvers/knapsack/knapsack.h>
#include <cotape/solvers/paths/shortest_path.h>
#include <cotape/solvers/tsp/tsp.h>

#include <algorithm>
#include <span>

namespace cotape::app {
namespace {

constexpr std::int64_t side = 5;    // nodes along an edge of the grid
constexpr std::int64_t items = 32;  // of the knapsack
constexpr double capacity = 20;     // in each of its dimensions

// The shortest tour, given one cost for each two cities, {0, 1}, {0, 2}, …, {1, 2}, …; the solution is 1 on the edges
// of the tour.
struct EdgeTour {
  Tsp tsp;

  SolverTraits traits() const {
    SolverTraits traits = tsp.traits();
    traits.name = "edge_tour";
    traits.shape = Shape{tsp.n * (tsp.n - 1) / 2};
    return traits;
  }
  void solve(std::span<const real> cost, std::span<real> solution) const {
    std::vector<real> matrix(static_cast<std::size_t>(tsp.n * tsp.n)), tour(matrix.size());
    std::size_t edge = 0;
    for (std::int64_t i = 0; i < tsp.n; ++i)
      for (std::int64_t j = i + 1; j < tsp.n; ++j) matrix[i * tsp.n + j] = matrix[j * tsp.n + i] = cost[edge++];
    tsp.solve(matrix, tour);
    edge = 0;
    for (std::int64_t i = 0; i < tsp.n; ++i)
      for (std::int64_t j = i + 1; j < tsp.n; ++j) solution[edge++] = tour[i * tsp.n + j];
  }
};

// These rows of a matrix.
Tensor rows(const Tensor& matrix, std::span<const std::int64_t> which) {
  const std::int64_t columns = matrix.shape()[1];
  Tensor out(Shape{std::ssize(which), columns});
  for (std::size_t i = 0; i < which.size(); ++i)
    std::copy_n(matrix.data() + which[i] * columns, columns, out.data() + static_cast<std::int64_t>(i) * columns);
  return out;
}

// The first instances of a random order are the test set, as scikit-learn's train_test_split has it.
DecisionProblem split(Solver solver, const Tensor& features, const Tensor& costs, const ProblemSettings& settings,
                      std::uint32_t seed) {
  const std::vector<std::int64_t> order = NumpyRandom(seed).permutation(settings.train + settings.test);
  const auto test = std::span(order).first(static_cast<std::size_t>(settings.test));
  const auto train = std::span(order).subspan(test.size());
  return {std::move(solver), rows(features, train), rows(costs, train), rows(features, test), rows(costs, test)};
}

SparseGraph grid_graph() {
  std::vector<Edge> edges;
  for (std::int64_t i = 0; i < side; ++i) {
    for (std::int64_t j = 0; j + 1 < side; ++j) edges.push_back({i * side + j, i * side + j + 1});
    for (std::int64_t j = 0; i + 1 < side && j < side; ++j) edges.push_back({i * side + j, (i + 1) * side + j});
  }
  return SparseGraph::directed(side * side, edges);
}

DecisionProblem tours(std::int64_t cities, DecisionOptions options, const ProblemSettings& settings) {
  options.features = 10;
  const DecisionData data = generate_tour_costs(cities, options);
  return split(EdgeTour{Tsp{.n = cities}}, data.features, data.costs, settings, options.seed);
}

}  // namespace

const std::vector<ProblemKind>& problem_kinds() {
  static const std::vector<ProblemKind> kinds = {
      {"path", "shortest path from corner to corner of a grid of 5 x 5 nodes, 40 edges, 5 features"},
      {"knapsack", "32 items, two capacities of 20, 5 features; as valuable as possible"},
      {"tsp20", "shortest tour through 20 cities, 190 edges, 10 features"},
      {"tsp50", "shortest tour through 50 cities, 1225 edges, 10 features"}};
  return kinds;
}

DecisionProblem make_problem(const std::string& name, const ProblemSettings& settings, std::uint32_t seed) {
  const DecisionOptions options{.count = settings.train + settings.test,
                                .features = 5,
                                .degree = settings.degree,
                                .noise = settings.noise,
                                .seed = seed};
  if (name == "path") {
    const DecisionData data = generate_path_costs(side, side, options);
    return split(ShortestPath(grid_graph(), 0, side * side - 1), data.features, data.costs, settings, seed);
  }
  if (name == "knapsack") {
    KnapsackData data = generate_knapsack_values(items, 2, options);
    const KnapsackInstance bag(std::move(data.weights), std::vector{capacity, capacity});
    return split(Knapsack{.n = items, .fixed = bag}, data.features, data.values, settings, seed);
  }
  if (name == "tsp20") return tours(20, options, settings);
  if (name == "tsp50") return tours(50, options, settings);
  fail<ValueError>("no problem is named ", name);
}

}  // namespace cotape::app
