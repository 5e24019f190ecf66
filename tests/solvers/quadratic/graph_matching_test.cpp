#include <cotape/engine/base/error.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/quadratic/graph_matching.h>
#include <cotape/solvers/rules/identity.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "../../instance_count.h"
#include "graph_matching_reference.h"

using namespace cotape;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

enum class Kind { ties, equal, normal, huge, tiny };

real random_cost(Kind kind, Rng& rng) {
  const real uniform = 2 * rng.uniform() - 1;
  switch (kind) {
    case Kind::ties:
      return static_cast<real>(rng.below(5) - 2);
    case Kind::equal:
      return 3;
    case Kind::huge:
      return uniform * real(3e38);
    case Kind::tiny:
      return uniform * real(1e-38);
    default:
      return uniform;
  }
}

std::vector<real> random_costs(std::int64_t count, Kind kind, Rng& rng) {
  std::vector<real> costs;
  for (std::int64_t k = 0; k < count; ++k) costs.push_back(random_cost(kind, rng));
  return costs;
}

// What the costs of a matching add up to at most.
double magnitude(const GraphMatchingLayout& layout, const std::vector<real>& cost, std::optional<double> unassigned) {
  double largest = std::abs(unassigned.value_or(0));
  for (const real c : cost) largest = std::max(largest, std::abs(static_cast<double>(c)));
  return largest * static_cast<double>(layout.left_nodes + layout.left_edges);
}

}  // namespace

TEST_CASE("graph_matching: equals an enumeration of all matchings on 8,000 instances") {
  Rng rng(1);
  int tied = 0, infeasible = 0, partial = 0, wide = 0, high = 0, left_out = 0, search_best = 0, feasible = 0;
  int found_tied = 0, found_single = 0;
  const std::int64_t count = instance_count(8000);
  for (std::int64_t instance = 0; instance < count; ++instance) {
    CAPTURE(instance);
    const auto kind = static_cast<Kind>(instance % 5);
    const bool may_leave_out = instance % 4 == 0;
    const std::int64_t most = may_leave_out ? 5 : instance % 16 == 1 ? 7 : 6;
    const std::int64_t left = 1 + rng.below(most), right = instance % 3 == 0 ? left : 1 + rng.below(most);
    const std::int64_t left_edges = rng.below(2 * left), right_edges = rng.below(2 * right);
    const GraphMatchingLayout layout{left + rng.below(2), right + rng.below(2), left_edges + rng.below(2),
                                     right_edges + rng.below(2)};
    MatchedGraphs graphs{random_loopless_graph(left, left_edges, rng), random_loopless_graph(right, right_edges, rng)};
    GraphMatching solver{.layout = layout};
    GraphMatchingSearch search{.layout = layout, .starts = 2, .steps = 50};
    if (may_leave_out) search.unassigned_cost = solver.unassigned_cost = random_cost(kind, rng);
    const std::vector<real> cost = random_costs(layout.size(), kind, rng);
    if (instance % 7 < 3)
      for (std::int64_t k = 0; k < layout.left_nodes * layout.right_nodes; ++k)
        graphs.allowed.push_back(static_cast<std::uint8_t>(rng.below(3) != 0));
    std::optional<double> unassigned;
    if (solver.unassigned_cost) unassigned = static_cast<double>(*solver.unassigned_cost);
    const BestMatching best = best_matching(layout, graphs, cost, unassigned);

    std::vector<real> solution(cost.size());
    if (best.count == 0) {
      REQUIRE_THROWS_WITH_AS(solver.solve(cost, graphs, solution), doctest::Contains("without a forbidden one"),
                             SolverError);
      REQUIRE_THROWS_WITH_AS(search.solve(cost, graphs, solution), doctest::Contains("without a forbidden one"),
                             SolverError);
      ++infeasible;
      continue;
    }
    ++feasible;
    solver.solve(cost, graphs, solution);
    const auto matching = matching_of(layout, graphs, solution);
    REQUIRE_FALSE(matching.empty());
    const double value = matching_cost(layout, graphs, cost, unassigned, matching);
    const double tolerance = 2e-11 * magnitude(layout, cost, unassigned);
    if (kind == Kind::ties || kind == Kind::equal)
      REQUIRE(value == best.cost);
    else
      REQUIRE(value <= best.cost + tolerance);
    if (instance % 8 == 0 && (kind == Kind::ties || kind == Kind::equal)) {
      REQUIRE(solver.tied(cost, graphs, solution) == (best.count > 1));
      ++(best.count > 1 ? found_tied : found_single);
    }

    std::vector<real> found(cost.size());
    search.solve(cost, graphs, found);
    const auto found_matching = matching_of(layout, graphs, found);
    REQUIRE_FALSE(found_matching.empty());
    const double found_value = matching_cost(layout, graphs, cost, unassigned, found_matching);
    REQUIRE(found_value >= best.cost - tolerance);
    search_best += found_value <= best.cost + tolerance;

    tied += best.count > 1;
    partial += may_leave_out;
    left_out += std::count(matching.begin(), matching.end(), -1) > std::max<std::int64_t>(0, left - right);
    wide += left < right;
    high += left > right;
  }
  CHECK(tied > count / 5);
  CHECK(found_tied > count / 80);
  CHECK(found_single > count / 400);
  CHECK(infeasible > count / 80);
  CHECK(partial > count / 5);
  CHECK(left_out > count / 20);
  CHECK(wide > count / 8);
  CHECK(high > count / 8);
  CHECK(search_best > feasible * 0.99);
}

namespace {

// Two drawings of the same points, numbered anew: edges between the nearest ones, costs of nodes and edges that tell
// what belongs together, but for noise.
struct Planted {
  GraphMatchingProblem problem;
  std::vector<std::int64_t> right_of_left;
};

Planted planted(std::int64_t n, double noise, std::uint64_t seed) {
  Rng rng(seed);
  const auto size = static_cast<std::size_t>(n);
  std::vector<double> x, y;
  for (std::int64_t i = 0; i < n; ++i) {
    x.push_back(static_cast<double>(rng.uniform()));
    y.push_back(static_cast<double>(rng.uniform()));
  }
  std::vector<Edge> edges;
  for (std::int64_t i = 0; i < n; ++i) {
    std::vector<std::int64_t> others(size);
    for (std::int64_t k = 0; k < n; ++k) others[k] = k;
    std::sort(others.begin(), others.end(), [&](std::int64_t a, std::int64_t b) {
      return std::hypot(x[a] - x[i], y[a] - y[i]) < std::hypot(x[b] - x[i], y[b] - y[i]);
    });
    for (std::size_t k = 1; k <= 3 && k < size; ++k)
      if (const Edge edge{std::min(i, others[k]), std::max(i, others[k])};
          std::find(edges.begin(), edges.end(), edge) == edges.end())
        edges.push_back(edge);
  }
  Planted out;
  out.right_of_left = random_permutation(n, Rng(seed + 1));
  std::vector<Edge> renumbered;
  for (const auto& [from, to] : edges) renumbered.push_back({out.right_of_left[from], out.right_of_left[to]});
  out.problem.left = SparseGraph::undirected(n, edges);
  out.problem.right = SparseGraph::undirected(n, renumbered);
  const auto random = [&] { return noise * (2 * static_cast<double>(rng.uniform()) - 1); };
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j)
      out.problem.node_costs.push_back(random() - (out.right_of_left[i] == j ? 0.3 : 0));
  for (std::size_t e = 0; e < edges.size(); ++e)
    for (std::size_t f = 0; f < edges.size(); ++f)
      for (const bool crossed : {false, true})
        out.problem.edge_costs.push_back(random() - (e == f && !crossed ? 1 : 0));
  return out;
}

}  // namespace

TEST_CASE("graph_matching: thirty nodes that costs tell apart are proven") {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const auto [problem, truth] = planted(30, 0.3, seed);
    const GraphMatchingResult result = solve_graph_matching(problem, {.seconds = 120});
    CHECK(result.optimal);
    CHECK(result.right_of_left == truth);
    CHECK(result.lower_bound == result.cost);

    const GraphMatchingResult found = approximate_graph_matching(problem, 2, 500, 5);
    CHECK(found.right_of_left == truth);
    CHECK(found.cost == result.cost);
    CHECK(found.lower_bound <= result.cost);
    CHECK(found.lower_bound > result.cost - 0.2 * std::abs(result.cost));
    CHECK(approximate_graph_matching(problem, 2, 500, 0).lower_bound == -infinity);
  }
}

TEST_CASE("graph_matching: reports of problems that are not square, forbidden, partial") {
  Rng rng(5);
  for (int instance = 0; instance < 300; ++instance) {
    CAPTURE(instance);
    const std::int64_t left = 1 + rng.below(5), right = 1 + rng.below(5);
    GraphMatchingProblem problem{random_loopless_graph(left, rng.below(6), rng),
                                 random_loopless_graph(right, rng.below(6), rng)};
    const GraphMatchingLayout layout{left, right, problem.left.edge_count(), problem.right.edge_count()};
    MatchedGraphs graphs{problem.left, problem.right, {}};
    std::vector<double> cost;
    for (std::int64_t k = 0; k < layout.size(); ++k) cost.push_back(static_cast<double>(rng.below(9) - 4));
    for (std::int64_t k = 0; k < left * right; ++k) {
      graphs.allowed.push_back(static_cast<std::uint8_t>(rng.below(4) != 0));
      problem.node_costs.push_back(graphs.allowed.back() != 0 ? cost[static_cast<std::size_t>(k)] : infinity);
    }
    problem.edge_costs.assign(cost.begin() + left * right, cost.end());
    if (instance % 2 == 0) problem.unassigned_cost = 1;
    const BestMatching best = best_matching(layout, graphs, cost, problem.unassigned_cost);
    if (best.count == 0) {
      CHECK_THROWS_WITH_AS(solve_graph_matching(problem), doctest::Contains("without a forbidden one"), SolverError);
      continue;
    }
    const GraphMatchingResult result = solve_graph_matching(problem);
    REQUIRE(result.optimal);
    REQUIRE(result.cost == best.cost);
    REQUIRE(result.lower_bound == best.cost);
    REQUIRE(matching_cost(layout, graphs, cost, problem.unassigned_cost, result.right_of_left) == best.cost);
    for (const std::int64_t passes : {1, 20}) {
      const GraphMatchingResult found = approximate_graph_matching(problem, 1, 0, passes);
      REQUIRE(found.lower_bound <= best.cost);
      REQUIRE(found.cost >= best.cost);
      REQUIRE(matching_cost(layout, graphs, cost, problem.unassigned_cost, found.right_of_left) == found.cost);
      if (found.optimal) REQUIRE(found.cost == best.cost);
    }
  }
}

TEST_CASE("graph_matching: the layer, with graphs of several sizes in parallel, padding, and the instance in errors") {
  const GraphMatching solver{{.left_nodes = 3, .right_nodes = 4, .left_edges = 3, .right_edges = 2}};
  const GraphMatchingLayout& layout = solver.layout;
  const Solver any = solver;
  CHECK(any.traits().shape == Shape{24});
  CHECK_FALSE(any.traits().constant_sum);
  CHECK(any.traits().scale_invariant);
  CHECK_FALSE(Solver(GraphMatching{.unassigned_cost = real(1)}).traits().scale_invariant);
  CHECK(layout.place(2, 3) == 11);
  CHECK(layout.place(2, 1, true) == 23);

  std::vector<MatchedGraphs> graphs(
      40, {SparseGraph::undirected(3, {{0, 1}, {2, 1}}), SparseGraph::undirected(4, {{3, 0}})});
  graphs[1] = {SparseGraph::undirected(2, {}), SparseGraph::undirected(1, {})};
  graphs[2].allowed = {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  graphs[3] = {};  // nothing to match
  const auto layer = differentiable(solver, Identity{});
  Tensor cost(Shape{40, 24});
  for (std::int64_t k = 0; k < cost.size(); ++k) cost[k] = static_cast<real>((k * 7 + k / 24) % 11);
  // The edge {2, 1} lies on {3, 0}, crossed: 2 on 0 and 1 on 3.
  cost.at({0, layout.place(1, 0, true)}) = -100;
  cost.at({0, layout.place(2, 0, true)}) = cost.at({0, layout.place(0, 1, false)}) = -1000;  // padding
  cost.at({1, layout.place(0, 1)}) = std::numeric_limits<real>::quiet_NaN();
  Tape tape;
  const Tensor y = layer(tape.variable(cost), graphs).value();
  CHECK(y.at({0, layout.place(2, 0)}) == 1);
  CHECK(y.at({0, layout.place(1, 3)}) == 1);
  CHECK(y.at({0, layout.place(1, 0, true)}) == 1);
  const auto sum = [&](std::int64_t row, std::int64_t begin, std::int64_t end) {
    real total = 0;
    for (std::int64_t k = begin; k < end; ++k) total += y.at({row, k});
    return total;
  };
  CHECK(sum(0, 0, 12) == 3);
  CHECK(sum(0, 12, 24) == 1);
  CHECK(sum(1, 0, 24) == 1);
  CHECK(y.at({2, 0}) == 0);
  CHECK(sum(3, 0, 24) == 0);
  for (std::int64_t row = 0; row < 40; ++row) {  // as one after the other
    std::vector<real> alone(24);
    std::vector<real> costs;
    for (std::int64_t k = 0; k < 24; ++k) costs.push_back(cost.at({row, k}));
    solver.solve(costs, graphs[static_cast<std::size_t>(row)], alone);
    for (std::int64_t k = 0; k < 24; ++k) CHECK(alone[static_cast<std::size_t>(k)] == y.at({row, k}));
  }

  graphs[2].allowed = {0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1};
  CHECK_THROWS_WITH_AS(
      layer(tape.variable(cost), graphs),
      doctest::Contains("graph_matching: instance 2: there are no 3 pairs of 3 left and 4 right nodes without"),
      SolverError);
  graphs[2].allowed = {1};
  CHECK_THROWS_WITH_AS(layer(tape.variable(cost), graphs), doctest::Contains("1 entries of `allowed` for 3 x 4 nodes"),
                       ValueError);
  graphs[2] = {SparseGraph::undirected(3, {}), SparseGraph::undirected(5, {})};
  CHECK_THROWS_WITH_AS(
      layer(tape.variable(cost), graphs),
      doctest::Contains("the right graph has 5 nodes and 0 edges, more than the 4 and 2 of the layout"), ValueError);
  graphs[2] = {SparseGraph::directed(3, {{0, 1}}), SparseGraph::undirected(4, {})};
  CHECK_THROWS_WITH_AS(layer(tape.variable(cost), graphs), doctest::Contains("the left graph is directed"), ValueError);
  graphs[2] = {SparseGraph::undirected(3, {{0, 1}, {2, 2}}), SparseGraph::undirected(4, {})};
  CHECK_THROWS_WITH_AS(layer(tape.variable(cost), graphs),
                       doctest::Contains("edge 1 of the left graph is a loop at node 2"), ValueError);
}

TEST_CASE("graph_matching: a search that a limit ends throws, fixed graphs, and refusals") {
  const auto [problem, truth] = planted(14, 3, 7);
  const std::int64_t edges = problem.left.edge_count();
  GraphMatching solver{
      .layout = {14, 14, edges, edges}, .limits = {.nodes = 2}, .fixed = {problem.left, problem.right}};
  std::vector<real> cost(problem.node_costs.begin(), problem.node_costs.end()), solution;
  cost.insert(cost.end(), problem.edge_costs.begin(), problem.edge_costs.end());
  solution.resize(cost.size());
  CHECK_THROWS_WITH_AS(solver.solve(cost, solution), doctest::Contains("stopped at its limit after 2 nodes"),
                       SolverError);
  CHECK(solver.tied(cost, solution) == std::nullopt);
  const GraphMatchingResult stopped = solve_graph_matching(problem, {.nodes = 2});
  CHECK_FALSE(stopped.optimal);
  CHECK(stopped.lower_bound < stopped.cost);
  CHECK(stopped.nodes == 2);

  solver.fixed = {};
  CHECK_THROWS_WITH_AS(solver.solve(cost, solution), doctest::Contains("there are no graphs"), SolverError);
  CHECK_THROWS_WITH_AS(Solver(GraphMatching{{.left_nodes = 0}}), doctest::Contains("a layout of 0 and 1 nodes"),
                       ValueError);
  CHECK_THROWS_WITH_AS(Solver(GraphMatching{{.left_nodes = 200, .right_nodes = 200}}),
                       doctest::Contains("200 x 200 nodes are too many for an exact search"), ValueError);
  CHECK(Solver(GraphMatchingSearch{{.left_nodes = 200, .right_nodes = 200}}).traits().exact == false);
  CHECK_THROWS_WITH_AS(Solver(GraphMatchingSearch{{2, 2, 1 << 14, 1 << 14}}),
                       doctest::Contains("are more than 67108864"), ValueError);
  CHECK_THROWS_WITH_AS(Solver(GraphMatchingSearch{.starts = 0}), doctest::Contains("starts = 0"), ValueError);
  CHECK_THROWS_WITH_AS(Solver(GraphMatchingSearch{.steps = -1}), doctest::Contains("steps = -1"), ValueError);
  CHECK_THROWS_WITH_AS(Solver(GraphMatching{.unassigned_cost = std::numeric_limits<real>::infinity()}),
                       doctest::Contains("unassigned_cost = inf is not finite"), ValueError);
  CHECK_THROWS_WITH_AS(Solver(GraphMatching{.limits = {.seconds = -1}}), doctest::Contains("a limit of -1 s"),
                       ValueError);
  GraphMatchingProblem bad{SparseGraph::undirected(1, {}), SparseGraph::undirected(2, {}), {1, NAN}, {}};
  CHECK_THROWS_WITH_AS(solve_graph_matching(bad), doctest::Contains("node cost nan at index 1"), ValueError);
  bad.node_costs = {1};
  CHECK_THROWS_WITH_AS(solve_graph_matching(bad), doctest::Contains("1 and 0 costs for 1 x 2 nodes"), ShapeError);
}
