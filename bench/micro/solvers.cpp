#include <cotape/bench/grid_costs.h>
#include <cotape/bench/micro/families.h>
#include <cotape/bench/micro/operation.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/assignment/assignment.h>
#include <cotape/solvers/core/oracle.h>
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

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>

namespace cotape::bench {
namespace {

// Times the oracle on a batch of costs [count, …instance] as the solver takes them, or scores for one that maximises;
// counter "row": seconds an instance.
void add(const std::string& name, const Solver& solver, const std::function<Tensor()>& make_costs) {
  benchmark::RegisterBenchmark(("solver/" + name).c_str(),
                               [=](benchmark::State& state) {
                                 Tensor scores = make_costs();
                                 if (solver.traits().sense == Sense::minimise)
                                   for (real& score : scores.values()) score = -score;
                                 Tensor solutions(scores.shape());
                                 Oracle oracle(solver);
                                 oracle.argmax(scores, solutions);  // not timed: first use of memory
                                 for ([[maybe_unused]] auto _ : state) oracle.argmax(scores, solutions);
                                 using benchmark::Counter;
                                 state.counters["row"] =
                                     Counter(static_cast<double>(oracle.instances(scores.shape())),
                                             Counter::Flags(Counter::kIsIterationInvariantRate | Counter::kInvert));
                               })
      ->Unit(benchmark::kMicrosecond)
      ->UseRealTime();
}

void add_normal(const std::string& name, const Solver& solver, std::int64_t rows) {
  add(name, solver, [shape = solver.traits().shape, rows] { return normal_tensor(shape.inserted(0, rows)); });
}

// A grid whose cells' right and lower neighbours can be reached: no cycles. With the way back: cycles.
SparseGraph grid_graph(std::int64_t size, bool both_ways) {
  std::vector<Edge> edges;
  const auto join = [&](std::int64_t a, std::int64_t b) {
    edges.push_back({a, b});
    if (both_ways) edges.push_back({b, a});
  };
  for (std::int64_t i = 0; i < size; ++i)
    for (std::int64_t j = 0; j < size; ++j) {
      const std::int64_t cell = i * size + j;
      if (j + 1 < size) join(cell, cell + 1);
      if (i + 1 < size) join(cell, cell + size);
    }
  return SparseGraph::directed(size * size, edges);
}

void add_uniform(const std::string& name, const Solver& solver, std::int64_t rows) {
  add(name, solver, [shape = solver.traits().shape, rows] {
    Tensor costs(shape.inserted(0, rows));
    Rng(1).uniform(costs);
    return costs;
  });
}

void add_graph(const std::string& name, const SparseGraph& graph, EdgeCosts accepted) {
  add_uniform(name, ShortestPath(graph, 0, graph.node_count() - 1, accepted), 70);
}

// Whole numbers from `least` on, `count` of them.
std::vector<double> whole_numbers(std::int64_t n, std::int64_t least, std::int64_t count) {
  Rng rng(1);
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < n; ++i) numbers.push_back(static_cast<double>(least + rng.below(count)));
  return numbers;
}

// So many units from the first node to the last one, at most so many over an edge.
MinCostFlow flow_between_ends(const SparseGraph& graph, std::int64_t units, std::int64_t capacity) {
  FlowProblem problem{std::vector<std::int64_t>(static_cast<std::size_t>(graph.node_count())),
                      std::vector<std::int64_t>(static_cast<std::size_t>(graph.edge_count()), capacity)};
  problem.supplies.front() = units;
  problem.supplies.back() = -units;
  return MinCostFlow(graph, problem);
}

// Chords between random points of the unit sphere.
Tensor sphere_distances(std::int64_t count, std::int64_t n) {
  const Tensor points = normal_tensor({count, n, 3});
  Tensor costs(Shape{count, n, n});
  const auto direction = [&](std::int64_t place, int axis) {
    const real* p = points.data() + 3 * place;
    return p[axis] / std::hypot(p[0], p[1], p[2]);
  };
  for (std::int64_t b = 0; b < count; ++b)
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < n; ++j) {
        const std::int64_t from = b * n + i, to = b * n + j;
        costs[from * n + j] = std::hypot(direction(from, 0) - direction(to, 0), direction(from, 1) - direction(to, 1),
                                         direction(from, 2) - direction(to, 2));
      }
  return costs;
}

}  // namespace

void add_solvers() {
  add_normal("top_10_of_20", TopK{.n = 20, .k = 10}, 2000);
  add_normal("top_1_of_20", TopK{.n = 20, .k = 1}, 2000);
  add_normal("top_10_of_1000", TopK{.n = 1000, .k = 10}, 200);
  add_normal("ranking_5", Ranking{.n = 5}, 2000);
  add_normal("ranking_20", Ranking{.n = 20}, 2000);
  add_normal("ranking_1000", Ranking{.n = 1000}, 100);
  for (const std::int64_t size : {12, 18, 24, 30, 32})
    for (const GridCosts kind : {GridCosts::terrain, GridCosts::uniform})
      add("grid_path_" + std::to_string(size) + "_" + name_of(kind), GridPath{.height = size, .width = size},
          [=] { return grid_costs(kind, 70, size, 1); });
  add_graph("shortest_path_12x12_acyclic", grid_graph(12, false), EdgeCosts::nonnegative);
  add_graph("shortest_path_12x12_dijkstra", grid_graph(12, true), EdgeCosts::nonnegative);
  add_graph("shortest_path_12x12_bellman_ford", grid_graph(12, true), EdgeCosts::any);
  for (const std::int64_t n : {5, 10, 20})
    add("tsp_" + std::to_string(n), Tsp{.n = n}, [=] { return sphere_distances(50, n); });
  add("tsp_local_search_50", TspLocalSearch{.n = 50}, [] { return sphere_distances(4, 50); });
  for (const std::int64_t n : {20, 50}) {
    add_normal("perfect_matching_" + std::to_string(n), PerfectMatching(SparseGraph::complete(n)), 100);
    add_normal("max_weight_matching_" + std::to_string(n), MaxWeightMatching(SparseGraph::complete(n)), 100);
  }
  for (const std::int64_t n : {10, 50}) {
    add_normal("assignment_" + std::to_string(n), Assignment{.rows = n, .columns = n}, 100);
    add_normal("spanning_tree_" + std::to_string(n), SpanningTree(SparseGraph::complete(n)), 100);
  }
  add_normal("arborescence_grid_10x10", Arborescence(grid_graph(10, true)), 100);
  add_uniform("knapsack_48_capacity_120", Knapsack{.n = 48, .fixed = {whole_numbers(48, 3, 6), 120}}, 100);
  add_uniform("min_cut_grid_10x10", MinCut(grid_graph(10, true), 0, 99), 100);
  add("grid_cut_32x32", GridCut{.height = 32, .width = 32}, [] {
    Tensor costs = normal_tensor({20, 3, 32, 32});
    for (std::int64_t i = 0; i < costs.size(); ++i)
      if (i / 1024 % 3 > 0) costs[i] = std::abs(costs[i]);
    return costs;
  });
  add_uniform("min_cost_flow_grid_10x10", flow_between_ends(grid_graph(10, true), 8, 5), 100);
  add_uniform("transportation_10x10",
              Transportation({std::vector<std::int64_t>(10, 5), std::vector<std::int64_t>(10, 5)}), 100);
  add_normal("viterbi_50_steps_10_labels", Viterbi{.steps = 50, .labels = 10}, 100);
  add_uniform("time_warping_50x50", TimeWarping{.first = 50, .second = 50}, 100);
  add_uniform("edit_alignment_50x50", EditAlignment{.first = 50, .second = 50}, 100);
  add_normal("segmentation_100_steps", Segmentation{.steps = 100, .max_length = 20}, 100);
  add_normal("enumerated_5_of_10", Enumerated{all_subsets(10, 5)}, 100);
  add_normal("enumerated_permutations_5", Enumerated{all_permutations(5)}, 100);
}

}  // namespace cotape::bench
