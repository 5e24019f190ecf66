#include <cotape/bench/grid_costs.h>
#include <cotape/bench/growth/growth.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/assignment/assignment.h>
#include <cotape/solvers/core/oracle.h>
#include <cotape/solvers/flow/grid_cut.h>
#include <cotape/solvers/knapsack/knapsack.h>
#include <cotape/solvers/matching/max_weight_matching.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/select/ranking.h>
#include <cotape/solvers/select/topk.h>
#include <cotape/solvers/trees/spanning_tree.h>
#include <cotape/solvers/tsp/tsp.h>

#include <cmath>

namespace cotape::bench {
namespace {

constexpr std::int64_t instances = 8;

// The time of one instance, the mean over eight of them; costs as the solver takes them, or scores where it maximises.
Point measure_solver(const Solver& solver, Tensor scores, double budget) {
  if (solver.traits().sense == Sense::minimise)
    for (real& score : scores.values()) score = -score;
  Oracle oracle(solver);
  Tensor solutions(scores.shape());
  const double seconds = seconds_of([&] { oracle.argmax(scores, solutions); }, budget);
  return {.seconds = seconds / static_cast<double>(oracle.instances(scores.shape())),
          .solver_seconds = std::nan(""),
          .bytes = std::nan("")};
}

Tensor batch_for(const Solver& solver) { return Tensor(solver.traits().shape.inserted(0, instances)); }

Tensor normal_costs(const Solver& solver) {
  Tensor costs = batch_for(solver);
  Rng(1).normal(costs);
  return costs;
}

Tensor uniform_costs(const Solver& solver) {
  Tensor costs = batch_for(solver);
  Rng(1).uniform(costs);
  return costs;
}

// Costs of GridCut: any for the pixels, not negative between neighbours.
Tensor cut_costs(const Solver& solver) {
  Tensor costs = normal_costs(solver);
  const std::int64_t plane = costs.shape()[2] * costs.shape()[3];
  for (std::int64_t i = 0; i < costs.size(); ++i)
    if (i / plane % 3 > 0) costs[i] = std::abs(costs[i]);
  return costs;
}

Knapsack knapsack(std::int64_t capacity) {
  Rng rng(1);
  std::vector<double> weights;
  for (int i = 0; i < 100; ++i) weights.push_back(static_cast<double>(1 + rng.below(capacity / 10)));
  return {.n = 100, .fixed = {weights, static_cast<double>(capacity)}};
}

// Distances of cities that are uniform in a square.
Tensor square_distances(std::int64_t n) {
  Tensor places({instances, n, 2}), costs({instances, n, n});
  Rng(1).uniform(places);
  for (std::int64_t b = 0; b < instances; ++b)
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < n; ++j)
        costs.at({b, i, j}) =
            std::hypot(places.at({b, i, 0}) - places.at({b, j, 0}), places.at({b, i, 1}) - places.at({b, j, 1}));
  return costs;
}

// What is measured of the solver that `make` gives for a size, under the costs that `costs` gives for it.
template <class Make, class Costs>
std::function<Point(double, double)> of_solver(Make make, Costs costs) {
  return [=](double size, double budget) {
    const auto solver = make(static_cast<std::int64_t>(size));
    return measure_solver(solver, costs(solver), budget);
  };
}

}  // namespace

std::vector<Growth> solver_growths() {
  return {
      {.name = "GridPath",
       .axis = "cells along a map",
       .sizes = {12, 24, 48, 96, 192, 384},
       .limit = 3,
       .why = "sweeps over all cells, as many as paths turn back, which is up to the side",
       .measure =
           [](double size, double budget) {
             const auto side = static_cast<std::int64_t>(size);
             return measure_solver(GridPath{.height = side, .width = side},
                                   grid_costs(GridCosts::uniform, instances, side, 1), budget);
           }},
      {.name = "Tsp, proven",
       .axis = "cities",
       .sizes = {5, 10, 15, 20, 30, 40, 50},
       .limit = 0,
       .why = "branch and bound: exponential at worst",
       .measure =
           [](double size, double budget) {
             const auto n = static_cast<std::int64_t>(size);
             return measure_solver(Tsp{.n = n}, square_distances(n), budget);
           }},
      {.name = "TspLocalSearch",
       .axis = "cities",
       .sizes = {10, 20, 40, 80, 160},
       .limit = 3,
       .why = "n^2 a pass, about n passes",
       .measure =
           [](double size, double budget) {
             const auto n = static_cast<std::int64_t>(size);
             return measure_solver(TspLocalSearch{.n = n}, square_distances(n), budget);
           }},
      {.name = "TopK, k = n / 10",
       .axis = "scores",
       .sizes = {100, 1000, 10000, 100000},
       .limit = 1,
       .why = "linear in the scores",
       .measure = of_solver([](std::int64_t n) { return TopK{.n = n, .k = n / 10}; }, normal_costs)},
      {.name = "TopK of 10,000",
       .axis = "k",
       .sizes = {1, 10, 100, 1000, 5000},
       .limit = 1,
       .why = "no more than sorting k",
       .measure = of_solver([](std::int64_t k) { return TopK{.n = 10000, .k = k}; }, normal_costs)},
      {.name = "Ranking",
       .axis = "scores",
       .sizes = {100, 1000, 10000, 100000},
       .limit = 1.1,
       .why = "n log n",
       .measure = of_solver([](std::int64_t n) { return Ranking{.n = n}; }, normal_costs)},
      {.name = "Assignment",
       .axis = "rows",
       .sizes = {25, 50, 100, 200, 400},
       .limit = 3,
       .why = "n^3",
       .measure = of_solver([](std::int64_t n) { return Assignment{.rows = n, .columns = n}; }, normal_costs)},
      {.name = "SpanningTree of a complete graph",
       .axis = "nodes",
       .sizes = {10, 20, 40, 80, 160, 320},
       .limit = 2,
       .why = "m log m in the edges, which are n^2 / 2",
       .measure = of_solver([](std::int64_t n) { return SpanningTree(SparseGraph::complete(n)); }, normal_costs)},
      {.name = "MaxWeightMatching of a complete graph",
       .axis = "nodes",
       .sizes = {10, 20, 40, 80, 160},
       .limit = 3,
       .why = "n^3",
       .measure = of_solver([](std::int64_t n) { return MaxWeightMatching(SparseGraph::complete(n)); }, normal_costs)},
      {.name = "Knapsack of 100 items",
       .axis = "capacity",
       .sizes = {100, 1000, 10000, 100000},
       .limit = 1,
       .why = "linear in the capacity",
       .measure = of_solver(knapsack, uniform_costs)},
      {.name = "GridCut",
       .axis = "pixels along an image",
       .sizes = {16, 32, 64, 128},
       .limit = 0,
       .why = "augmenting paths: no small polynomial",
       .measure = of_solver([](std::int64_t side) { return GridCut{.height = side, .width = side}; }, cut_costs)},
  };
}

}  // namespace cotape::bench
