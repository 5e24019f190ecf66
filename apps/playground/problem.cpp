#include <cotape/apps/playground/problem.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/distance.h>
#include <cotape/engine/ops/indexing.h>
#include <cotape/engine/ops/shape.h>
#include <cotape/solvers/assignment/assignment.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/flow/min_cut.h>
#include <cotape/solvers/knapsack/knapsack.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/select/ranking.h>
#include <cotape/solvers/select/topk.h>
#include <cotape/solvers/trees/spanning_tree.h>
#include <cotape/solvers/tsp/tsp.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace cotape::app {
namespace {

constexpr std::array<std::string_view, 8> kinds = {"grid",       "top_k",         "ranking",  "tour",
                                                   "assignment", "spanning_tree", "knapsack", "min_cut"};

PlaygroundProblem array_problem(std::string_view kind, Solver solver, double work) {
  const Shape shape = solver.traits().shape;
  return {.kind = kind, .solver = std::move(solver), .shape = shape, .x = {}, .work = work};
}

PlaygroundProblem map_problem(std::string_view kind, Solver solver, std::int64_t points, double work) {
  return {.kind = kind, .solver = std::move(solver), .shape = Shape{points, 2}, .on_map = true, .x = {}, .work = work};
}

PlaygroundProblem read_knapsack(const Fields& state) {
  const std::int64_t n = state.whole("n", 1, Limits::items);
  const auto capacity = static_cast<double>(state.whole("capacity", 0, Limits::capacity));
  std::vector<double> weights = state.numbers("weights", n, 1, Limits::capacity);
  for (double& weight : weights) weight = std::round(weight);
  const double work = static_cast<double>(n) * (capacity + 8);
  return array_problem("knapsack", Knapsack{.n = n, .fixed = {weights, capacity}}, work);
}

PlaygroundProblem read_cut(const Fields& state) {
  const std::int64_t n = state.whole("n", 2, Limits::nodes);
  const std::vector<double> ends = state.numbers_up_to("edges", 2 * Limits::edges, 0, static_cast<double>(n - 1));
  if (ends.size() % 2 != 0 || ends.empty()) fail<ValueError>(state.place_of("edges"), " has no pairs of nodes");
  std::vector<Edge> edges;
  for (std::size_t i = 0; i < ends.size(); i += 2)
    edges.push_back({static_cast<std::int64_t>(ends[i]), static_cast<std::int64_t>(ends[i + 1])});
  const double work = static_cast<double>(n * static_cast<std::int64_t>(edges.size()));
  PlaygroundProblem problem = array_problem("min_cut", MinCut(SparseGraph::directed(n, edges), 0, n - 1), work);
  if (state.has("positions")) {
    const std::vector<double> places = state.numbers("positions", 2 * n, -Limits::size, Limits::size);
    for (std::size_t i = 0; i < places.size(); i += 2) problem.positions.emplace_back(places[i], places[i + 1]);
  }
  return problem;
}

PlaygroundProblem problem_of_kind(const std::string& kind, const Fields& state) {
  if (kind == "grid" || kind == "assignment") {
    const std::int64_t most = kind == "grid" ? Limits::side : Limits::pairs;
    const std::int64_t height = state.whole("height", 1, most), width = state.whole("width", 1, most);
    if (kind == "grid")
      return array_problem("grid", GridPath{.height = height, .width = width},
                           8.0 * static_cast<double>(height * width));
    return array_problem("assignment", Assignment{.rows = height, .columns = width},
                         static_cast<double>(height * width * std::max(height, width)));
  }
  if (kind == "top_k") {
    const std::int64_t n = state.whole("n", 1, Limits::items);
    return array_problem("top_k", TopK{.n = n, .k = state.whole("k", 1, n)}, 4.0 * static_cast<double>(n));
  }
  if (kind == "ranking") {
    const std::int64_t n = state.whole("n", 1, Limits::items);
    PlaygroundProblem problem = array_problem("ranking", Ranking{.n = n}, 8.0 * static_cast<double>(n));
    problem.zero_one = false;
    return problem;
  }
  if (kind == "tour") {
    const std::int64_t n = state.whole("n", 3, Limits::cities);
    return map_problem("tour", Tsp{.n = n}, n, static_cast<double>(n * n) * std::exp2(static_cast<double>(n)) / 2);
  }
  if (kind == "spanning_tree") {
    const std::int64_t n = state.whole("n", 2, Limits::nodes);
    return map_problem("spanning_tree", SpanningTree(SparseGraph::complete(n)), n, 10.0 * static_cast<double>(n * n));
  }
  return kind == "knapsack" ? read_knapsack(state) : read_cut(state);
}

GridCell cell_at(std::int64_t i, std::int64_t width) { return {i / width, i % width}; }

// A path from one cell to the next of these, each the straightest way; where it comes back to a cell, the loop is cut
// off.
Tensor path_through(const PlaygroundProblem& problem, const std::vector<double>& via, const std::string& place) {
  const std::int64_t height = problem.shape[0], width = problem.shape[1];
  if (via.size() % 2 != 0) fail<ValueError>(place, " has no pairs of row and column");
  std::vector<std::int64_t> stops = {0};
  for (std::size_t i = 0; i < via.size(); i += 2) {
    const auto row = static_cast<std::int64_t>(via[i]), column = static_cast<std::int64_t>(via[i + 1]);
    if (row >= height || column >= width)
      fail<ValueError>(place, ": cell ", row, ", ", column, " is not on a grid of ", height, " × ", width);
    stops.push_back(row * width + column);
  }
  stops.push_back(height * width - 1);

  std::vector<std::int64_t> path = {0};
  const auto step_to = [&](std::int64_t cell) {
    const auto before = std::find(path.begin(), path.end(), cell);
    if (before != path.end())
      path.erase(before + 1, path.end());
    else
      path.push_back(cell);
  };
  for (const std::int64_t stop : stops)
    while (path.back() != stop) {  // one king's move, the straightest first
      const GridCell here = cell_at(path.back(), width), there = cell_at(stop, width);
      const auto towards = [](std::int64_t from, std::int64_t to) { return from < to ? 1 : from > to ? -1 : 0; };
      step_to((here.row + towards(here.row, there.row)) * width + here.column + towards(here.column, there.column));
    }
  // Where it could cut a corner within itself it does: no cheapest path goes around one.
  Tensor costs(problem.costs_shape(1), static_cast<real>(problem.x.size())), solution(costs.shape());
  for (const std::int64_t cell : path) costs[cell] = 1;
  problem.solver.solve(costs.values(), solution.values());
  return solution;
}

// The next higher rank for an entry: it changes places with that which has it.
Tensor ranked_up(Tensor ranks, std::int64_t entry) {
  const real next = ranks[entry] == static_cast<real>(ranks.size()) ? 1 : ranks[entry] + 1;
  for (std::int64_t i = 0; i < ranks.size(); ++i)
    if (i != entry && ranks[i] == next) ranks[i] = ranks[entry];
  ranks[entry] = next;
  return ranks;
}

Tensor cut_of(const PlaygroundProblem& problem, const std::vector<double>& nodes) {
  const Drawing& graph = problem.traits().drawing;
  std::vector<bool> side(static_cast<std::size_t>(graph.nodes));
  for (const double node : nodes) side[static_cast<std::size_t>(node)] = true;
  side.front() = true;
  side.back() = false;
  Tensor solution(problem.costs_shape(1));
  for (std::size_t e = 0; e < graph.edges.size(); ++e) {
    const auto [from, to] = graph.edges[e];
    solution[static_cast<std::int64_t>(e)] =
        side[static_cast<std::size_t>(from)] && !side[static_cast<std::size_t>(to)];
  }
  return solution;
}

}  // namespace

Shape PlaygroundProblem::costs_shape(std::int64_t instances) const { return traits().shape.inserted(0, instances); }

std::span<const std::string_view> playground_kinds() { return kinds; }

PlaygroundProblem read_problem(const Fields& state) {
  PlaygroundProblem problem = problem_of_kind(state.word("problem", kinds), state);
  problem.rows = state.whole_or("rows", 1, Limits::rows, 1);
  const bool bounded = problem.traits().domain.bounded();
  problem.x = state.tensor("x", problem.shape.inserted(0, problem.rows), bounded ? 0 : -Limits::size, Limits::size);
  if (problem.on_map)
    for (std::int64_t i = 0; i < problem.shape[0]; ++i)
      problem.positions.emplace_back(problem.x[2 * i], problem.x[2 * i + 1]);
  return problem;
}

Var costs_of(const PlaygroundProblem& problem, Var x) {
  if (!problem.on_map) return x;
  const Var distances = pairwise_distances(x);
  if (problem.kind == "tour") return distances;
  const std::int64_t n = problem.shape[0], instances = x.shape()[0];
  std::vector<std::int64_t> pairs;
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = i + 1; j < n; ++j) pairs.push_back(i * n + j);
  return index_select(reshape(distances, {instances, n * n}), 1, pairs);
}

Tensor costs_at(const PlaygroundProblem& problem, const Tensor& x) {
  Tape tape{Gradients::off};
  return costs_of(problem, tape.view(x)).value();
}

Tensor solved(const PlaygroundProblem& problem, const Tensor& scores) {
  Tensor solutions(scores.shape());
  Oracle(problem.solver).argmax(scores, solutions);
  return solutions;
}

void move_into_domain(const PlaygroundProblem& problem, Tensor& costs) {
  const Domain domain = problem.traits().domain;
  for (real& cost : costs.values()) cost = std::clamp(cost, domain.lower, domain.upper);
}

WantedSolution wanted_solution(const PlaygroundProblem& problem, const Fields& request, const Tensor& wanted) {
  if (problem.rows != 1) fail<ValueError>("a wanted solution is chosen for one instance, not ", problem.rows);
  if (request.has("via") && problem.kind == "grid")
    return {path_through(problem, request.numbers_up_to("via", 2 * Limits::side * Limits::side, 0, Limits::side),
                         request.place_of("via"))};
  if (request.has("side") && problem.kind == "min_cut")
    return {cut_of(problem, request.numbers_up_to("side", Limits::nodes, 0,
                                                  static_cast<double>(problem.traits().drawing.nodes - 1)))};
  Tensor costs;
  if (request.has("clicked")) {
    const std::int64_t size = wanted.size(), entry = request.whole("clicked", 0, size - 1);
    if (problem.kind == "ranking") return {ranked_up(wanted, entry)};
    // What is wanted already is worth 1, the new entry more than all of it together.
    const auto much = static_cast<real>(size + 1);
    costs = wanted;
    costs[entry] = wanted[entry] > 0 ? -much : much;
    if (problem.kind == "tour") {  // an edge has two entries
      const std::int64_t n = problem.shape[0];
      costs[entry % n * n + entry / n] = costs[entry];
    }
    if (problem.minimises())
      for (real& cost : costs.values()) cost = -cost;
    move_into_domain(problem, costs);
  } else {
    costs = costs_at(problem, problem.x);
  }
  Tensor solution(problem.costs_shape(1));
  problem.solver.solve(costs.values(), solution.values());
  if (request.has("clicked")) return {std::move(solution)};
  return {std::move(solution), std::move(costs)};
}

}  // namespace cotape::app
