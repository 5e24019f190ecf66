#include <cotape/apps/decide/assortment.h>
#include <cotape/apps/decide/edge_tour.h>
#include <cotape/apps/decide/maps.h>
#include <cotape/apps/decide/portfolio.h>
#include <cotape/apps/decide/problems.h>
#include <cotape/data/sets/decision_data.h>
#include <cotape/data/sets/energy_prices.h>
#include <cotape/data/sets/numpy_random.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/knapsack/knapsack.h>
#include <cotape/solvers/paths/shortest_path.h>
#include <cotape/solvers/select/ranking.h>
#include <cotape/solvers/select/topk.h>

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

namespace cotape::app {
namespace {

constexpr std::int64_t grid_side = 5;        // nodes along an edge of the grid
constexpr std::int64_t knapsack_items = 32;  // of the knapsack
constexpr std::int64_t portfolio_assets = 50;
constexpr double portfolio_risk = 2.25;   // the limit of the variance, in means of the covariance
constexpr double knapsack_capacity = 20;  // in each of its dimensions

// These entries along the first axis.
Tensor rows(const Tensor& table, std::span<const std::int64_t> which) {
  const std::int64_t row = table.size() / table.shape()[0];
  Tensor out(table.shape().with(0, std::ssize(which)));
  for (std::size_t i = 0; i < which.size(); ++i)
    std::copy_n(table.data() + which[i] * row, row, out.data() + static_cast<std::int64_t>(i) * row);
  return out;
}

// The first instances of a random order are the test set, as scikit-learn's train_test_split has it.
DecisionProblem split(Solver solver, const Tensor& features, const Tensor& costs, const ProblemSettings& settings,
                      std::uint32_t seed) {
  const std::int64_t count = features.shape()[0];
  if (settings.train + settings.test > count)
    fail<ValueError>("--train ", settings.train, " and --test ", settings.test, " of ", count, " instances");
  const std::vector<std::int64_t> order = NumpyRandom(seed).permutation(count);
  const auto test = std::span(order).first(static_cast<std::size_t>(settings.test));
  const auto train = std::span(order).subspan(test.size(), static_cast<std::size_t>(settings.train));
  return {std::move(solver), rows(features, train), rows(costs, train), rows(features, test), rows(costs, test)};
}

const std::filesystem::path& folder_of(const std::string& problem, const ProblemSettings& settings) {
  if (settings.own.folder.empty()) fail<ValueError>("the problem ", problem, " wants --data, the folder of its files");
  return settings.own.folder;
}

// The days in a random order, as scikit-learn's shuffle has it: first those to learn from.
DecisionProblem prices(const std::string& name, double capacity, const ProblemSettings& settings, std::uint32_t seed) {
  constexpr std::int64_t train = 550, validation = 100;
  const std::filesystem::path file = folder_of(name, settings) / "Data.npz";
  const EnergyPrices data = read_energy_prices(file);
  const std::int64_t days = data.prices.shape()[0], items = data.prices.shape()[1];
  if (days <= train + validation)
    fail<FileError>(shown_path(file), ": ", days, " days; more than ", train + validation, " are wanted");
  const std::vector<std::int64_t> order = NumpyRandom(seed).permutation(days);
  const auto learnt = std::span(order).first(train), validated = std::span(order).subspan(train, validation),
             tested = std::span(order).subspan(train + validation);
  return {.solver = Knapsack{.n = items, .fixed = KnapsackInstance(data.weights, capacity)},
          .features = rows(data.features, learnt),
          .costs = rows(data.prices, learnt),
          .test_features = rows(data.features, tested),
          .test_costs = rows(data.prices, tested),
          .validation_features = rows(data.features, validated),
          .validation_costs = rows(data.prices, validated)};
}

SparseGraph grid_graph() {
  std::vector<Edge> edges;
  for (std::int64_t i = 0; i < grid_side; ++i) {
    for (std::int64_t j = 0; j + 1 < grid_side; ++j) edges.push_back({i * grid_side + j, i * grid_side + j + 1});
    for (std::int64_t j = 0; i + 1 < grid_side && j < grid_side; ++j)
      edges.push_back({i * grid_side + j, (i + 1) * grid_side + j});
  }
  return SparseGraph::directed(grid_side * grid_side, edges);
}

// What flows along the edges of a graph, one from node 0 to the last: every corner is a path.
EquationPolytope flows(const SparseGraph& graph) {
  std::vector<LinearEquation> equations(static_cast<std::size_t>(graph.node_count()));
  for (std::int64_t e = 0; e < graph.edge_count(); ++e) {
    equations[graph.edge(e).from].terms.push_back({e, 1});
    equations[graph.edge(e).to].terms.push_back({e, -1});
  }
  equations.front().value = 1;
  equations.back().value = -1;
  return {graph.edge_count(), equations};
}

// As TopK chooses.
EquationPolytope subsets(std::int64_t n, std::int64_t k) {
  LinearEquation sum{.value = static_cast<double>(k)};
  for (std::int64_t i = 0; i < n; ++i) sum.terms.push_back({i, 1});
  return {n, {sum}, 0, 1};
}

DecisionProblem with_polytope(DecisionProblem problem, EquationPolytope polytope) {
  problem.polytope = std::move(polytope);
  return problem;
}

DecisionProblem tours(std::int64_t cities, DecisionOptions options, const ProblemSettings& settings) {
  options.features = 10;
  const DecisionData data = generate_tour_costs(cities, options);
  return split(EdgeTour{Tsp{.n = cities}, settings.subtours}, data.features, data.costs, settings, options.seed);
}

// Scores that are linear in features of their own, with the same weights, uniform in (−1, 1), for all; or, where
// `identity`, the features themselves. Those to learn from have normal noise on top.
DecisionProblem noisy_scores(Solver solver, bool identity, const ProblemSettings& settings, std::uint32_t seed) {
  constexpr std::int64_t per_score = 5;
  const Rng rng(seed);
  Rng for_weights = rng.split(0), for_features = rng.split(1), for_noise = rng.split(2);
  const std::int64_t n = solver.traits().shape.size();
  Tensor weights(Shape{per_score});
  for_weights.uniform(weights);
  const auto draw = [&](std::int64_t count, double noise) {
    Tensor features(identity ? Shape{count, n} : Shape{count, n, per_score}), scores(Shape{count, n});
    for_features.normal(features);
    for_noise.normal(scores);
    for (std::int64_t i = 0; i < scores.size(); ++i) {
      real score = identity ? features[i] : 0;
      for (std::int64_t j = 0; j < per_score && !identity; ++j)
        score += (2 * weights[j] - 1) * features[i * per_score + j];
      scores[i] = score + static_cast<real>(noise) * scores[i];
    }
    return std::pair(std::move(features), std::move(scores));
  };
  auto [features, scores] = draw(settings.train, settings.noise);
  auto [test_features, test_scores] = draw(settings.test, 0);
  return {std::move(solver), std::move(features), std::move(scores), std::move(test_features), std::move(test_scores)};
}

}  // namespace

const std::vector<ProblemKind>& problem_kinds() {
  static const std::vector<ProblemKind> kinds = {
      {.name = "path",
       .about = "shortest path from corner to corner of a grid of 5 x 5 nodes, 40 edges, 5 features",
       .polytope = true},
      {.name = "knapsack", .about = "32 items, two capacities of 20, 5 features; as valuable as possible"},
      {.name = "tsp20", .about = "shortest tour through 20 cities, 190 edges, 10 features"},
      {.name = "tsp50", .about = "shortest tour through 50 cities, 1225 edges, 10 features"},
      {.name = "portfolio",
       .about = "shares of 50 assets, largest return at 2.25 times the variance of equal shares, 5 features",
       .combinatorial = false},
      {.name = "argmax",
       .about = "the largest of 10 scores, each linear in 5 features of its own; noise on those to learn from",
       .polytope = true},
      {.name = "ranking", .about = "the ranks of the same scores"},
      {.name = "subset", .about = "the 5 largest of 25 scores, which are the features", .polytope = true},
      {.name = "assortment",
       .about = "the 4 of 20 items to show the next of 80 customers, 10 features of each; what is bought changes",
       .polytope = true},
      {.name = "maps",
       .about = "cheapest path over a Warcraft map of 12 x 12 cells, 6 features of each; generated, or of --data",
       .takes_files = true,
       .combinatorial = false},
      {.name = "prices60",
       .about = "48 half hours at real prices of electricity, capacity 60; --data holds Data.npz",
       .needs_files = true},
      {.name = "prices120", .about = "the same with capacity 120", .needs_files = true},
      {.name = "prices180", .about = "the same with capacity 180", .needs_files = true},
      {.name = "own", .about = "features and costs of files in --data, by the --solver", .needs_files = true}};
  return kinds;
}

DecisionProblem make_problem(const std::string& name, const ProblemSettings& settings, std::uint32_t seed) {
  const DecisionOptions options{.count = settings.train + settings.test,
                                .features = 5,
                                .degree = settings.degree,
                                .noise = settings.noise,
                                .seed = seed};
  if (name == "path") {
    const DecisionData data = generate_path_costs(grid_side, grid_side, options);
    const SparseGraph grid = grid_graph();
    return with_polytope(
        split(ShortestPath(grid, 0, grid_side * grid_side - 1), data.features, data.costs, settings, seed),
        flows(grid));
  }
  if (name == "knapsack") {
    KnapsackData data = generate_knapsack_values(knapsack_items, 2, options);
    const KnapsackInstance bag(std::move(data.weights), std::vector{knapsack_capacity, knapsack_capacity});
    return split(Knapsack{.n = knapsack_items, .fixed = bag}, data.features, data.values, settings, seed);
  }
  if (name == "tsp20") return tours(20, options, settings);
  if (name == "tsp50") return tours(50, options, settings);
  if (name == "portfolio") {
    const PortfolioData data = generate_portfolio(portfolio_assets, options);
    const double mean = std::accumulate(data.covariance.begin(), data.covariance.end(), 0.0) /
                        static_cast<double>(data.covariance.size());
    return split(Portfolio(data.covariance, portfolio_risk * mean), data.features, data.returns, settings, seed);
  }
  if (name == "argmax")
    return with_polytope(noisy_scores(TopK{.n = 10, .k = 1}, false, settings, seed), subsets(10, 1));
  if (name == "ranking") return noisy_scores(Ranking{.n = 10}, false, settings, seed);
  if (name == "subset") return with_polytope(noisy_scores(TopK{.n = 25, .k = 5}, true, settings, seed), subsets(25, 5));
  if (name == "assortment") {
    DecisionProblem problem = make_assortment_problem(settings, seed);
    problem.polytope = subsets(problem.costs.shape()[1], assortment_size);
    return problem;
  }
  if (name == "maps") return make_maps_problem(settings, seed);
  if (name == "prices60") return prices(name, 60, settings, seed);
  if (name == "prices120") return prices(name, 120, settings, seed);
  if (name == "prices180") return prices(name, 180, settings, seed);
  if (name == "own") {
    folder_of(name, settings);
    OwnProblem own = read_own_problem(settings.own);
    return split(std::move(own.solver), own.features, own.costs, settings, seed);
  }
  fail<ValueError>("no problem is named ", name);
}

}  // namespace cotape::app
