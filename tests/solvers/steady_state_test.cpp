#include <doctest/doctest.h>

#include <cotape/engine/base/random.h>
#include <cotape/engine/base/tensor.h>
#include <cotape/solvers/flow/graph_cut.h>
#include <cotape/solvers/flow/grid_cut.h>
#include <cotape/solvers/flow/min_cost_flow.h>
#include <cotape/solvers/flow/min_cut.h>
#include <cotape/solvers/flow/transportation.h>
#include <cotape/solvers/knapsack/knapsack.h>
#include <cotape/solvers/losses/cave.h>
#include <cotape/solvers/losses/mcmc_loss.h>
#include <cotape/solvers/losses/sparsemap.h>
#include <cotape/solvers/matching/max_weight_matching.h>
#include <cotape/solvers/matching/perfect_matching.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/paths/shortest_path.h>
#include <cotape/solvers/quadratic/graph_matching.h>
#include <cotape/solvers/select/enumerated.h>
#include <cotape/solvers/select/topk.h>
#include <cotape/solvers/sequences/alignment.h>
#include <cotape/solvers/sequences/segmentation.h>
#include <cotape/solvers/sequences/viterbi.h>
#include <cotape/solvers/trees/arborescence.h>

#include <algorithm>

#include "../nn/allocations.h"

using namespace cotape;

namespace {

SparseGraph ladder() {
  std::vector<Edge> edges;
  for (std::int64_t v = 0; v + 2 < 20; ++v) edges.insert(edges.end(), {{v, v + 1}, {v, v + 2}});
  return SparseGraph::directed(20, edges);
}

// 15 nodes, each with edges to the next ones around: nothing but circles.
SparseGraph circles() {
  std::vector<Edge> edges;
  for (std::int64_t v = 0; v < 15; ++v)
    for (const std::int64_t step : {1, 2, 14}) edges.push_back({v, (v + step) % 15});
  return SparseGraph::directed(15, edges);
}

// Seven and eight nodes, with edges around both and some within.
MatchedGraphs small_graphs() {
  return {SparseGraph::undirected(7, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}, {6, 0}, {0, 3}, {1, 5}}),
          SparseGraph::undirected(8, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}, {6, 7}, {7, 0}, {2, 6}, {1, 4}})};
}

std::vector<Solver> solvers() {
  std::vector<std::int64_t> supplies(20, 0);
  supplies[0] = 3;
  supplies[18] = -3;
  return {Knapsack{.n = 6, .fixed = {{3, 1, 2, 2, 1, 3}, 5}},
          Knapsack{.n = 4, .fixed = {{0.3, 0.1, 0.2, 0.4, 0.2, 0.3, 0.1, 0.1}, std::vector<double>{0.5, 0.4}}},
          MinCut(ladder(), 0, 18),
          GraphCut(ladder(), NegativePairs::count_as_zero),
          GridCut{.height = 6, .width = 7, .negative_pairs = NegativePairs::count_as_zero},
          MinCostFlow(ladder(), {supplies, std::vector<std::int64_t>(36, 2)}),
          Transportation({{2, 1, 3}, {1, 1, 4}}),
          GridPath{.height = 5, .width = 6},
          ShortestPath(ladder(), 0, 18),
          Arborescence(circles()),
          Arborescence(circles(), {.root = 3}),
          PerfectMatching(SparseGraph::complete(12)),
          MaxWeightMatching(SparseGraph::complete(12)),
          MaxWeightMatching(SparseGraph::complete(11), {.max_cardinality = true}),
          GraphMatching{.layout = {7, 8, 10, 10}, .fixed = small_graphs()},
          GraphMatching{.layout = {7, 8, 10, 10}, .unassigned_cost = real(0.1), .fixed = small_graphs()},
          GraphMatchingSearch{.layout = {7, 8, 10, 10}, .steps = 50, .fixed = small_graphs()},
          Viterbi{.steps = 9, .labels = 3},
          TimeWarping{.first = 7, .second = 9},
          EditAlignment{.first = 7, .second = 9},
          Segmentation{.steps = 12, .max_length = 5},
          TopK{.n = 9, .k = 4},
          Enumerated{all_subsets(5, 2)}};
}

struct WithData {
  Solver solver;
  Instances data;  // one
};
std::vector<WithData> solvers_with_data() {
  std::vector<std::uint8_t> seven_of_nine(9, 1), most_edges(36, 1), walls(30, 0);
  seven_of_nine[2] = seven_of_nine[5] = most_edges[0] = most_edges[7] = 0;
  walls[7] = walls[8] = 1;
  std::vector<std::uint8_t> some_edges(45, 1);
  some_edges[0] = some_edges[7] = 0;
  return {{TopK{.n = 9, .k = 1}, std::vector<TopKInstance>{{3, seven_of_nine}}},
          {GridPath{.height = 5, .width = 6, .corners = Corners::walk_around},
           std::vector<GridPathInstance>{{{1, 0}, {-1, 2}, walls}}},
          {Arborescence(circles()), std::vector<ArborescenceInstance>{{{some_edges}, 4}}},
          {PerfectMatching(SparseGraph::complete(10)), std::vector<AllowedEdges>{{some_edges}}},
          {MaxWeightMatching(SparseGraph::complete(10)), std::vector<AllowedEdges>{{some_edges}}},
          {ShortestPath(ladder()), std::vector<ShortestPathInstance>{{{most_edges}, 0, 18}}},
          {GraphMatching{{7, 8, 10, 10}}, std::vector<MatchedGraphs>{small_graphs()}},
          {Viterbi{.steps = 9, .labels = 3}, std::vector<SequenceLength>{{5}}},
          {TimeWarping{.first = 7, .second = 9}, std::vector<AlignmentLengths>{{5, 4}}},
          {EditAlignment{.first = 7, .second = 9}, std::vector<AlignmentLengths>{{5, 4}}},
          {Segmentation{.steps = 12, .max_length = 5}, std::vector<SegmentationSize>{{11, 4}}}};
}

void check_no_memory(const Solver& solver, InstanceView data) {
  CAPTURE(solver.traits().name);
  std::vector<Tensor> costs(10, Tensor(solver.traits().shape));
  Rng rng(1);
  for (Tensor& cost : costs) {
    rng.normal(cost);
    for (real& c : cost.values()) c = std::max(c, solver.traits().domain.lower);
  }
  Tensor solution(solver.traits().shape), uniform(solver.traits().shape, real(0.3));
  const auto use = [&] {
    for (const Tensor& cost : costs) {
      solver.solve(cost.values(), solution.values(), data);
      if (solver.can(Ability::marginals)) solver.marginals(cost.values(), solution.values(), data);
      if (solver.can(Ability::draw)) solver.draw(cost.values(), uniform.values(), solution.values(), data);
      if (solver.can(Ability::covariance)) solver.covariance(cost.values(), cost.values(), solution.values(), data);
    }
  };
  use();
  const std::int64_t before = heap_allocations();
  use();
  CHECK(heap_allocations() == before);
}

// How often a training step asks for memory, once the tape has seen one like it.
using LossOf = Var (*)(const BatchOracle&, Var predicted, Var decisions);
std::int64_t asked_by_a_step(const Solver& solver, LossOf loss, std::int64_t batch) {
  const ThreadLimit one(1);
  const auto oracle = std::make_shared<Oracle>(solver);
  const Shape shape = solver.traits().shape.inserted(0, batch);
  Tensor costs(shape), decisions(shape);
  Tensor first(solver.traits().shape), decided(solver.traits().shape);
  Rng(1).normal(first);
  solver.solve(first.values(), decided.values());
  Rng(2).normal(first);
  for (std::int64_t i = 0; i < costs.size(); ++i) {  // all instances are the same
    costs[i] = first[i % first.size()];
    decisions[i] = decided[i % first.size()];
  }
  Tape tape;
  std::int64_t asked = 0;
  for (int step = 0; step < 3; ++step) {
    tape.clear();
    const std::int64_t before = heap_allocations(), tensors = aligned_allocations();
    tape.backward(loss(oracle, tape.variable(costs), tape.constant(decisions)));
    asked = heap_allocations() - before;
    if (step == 2) CHECK(aligned_allocations() == tensors + 1);  // the loss's pool of workspaces, no tensor
  }
  return asked;
}

}  // namespace

TEST_CASE("losses: work on instances one by one takes memory for a thread, not for each instance") {
  const std::pair<std::string, LossOf> losses[] = {
      {"cave", [](const BatchOracle& oracle, Var x, Var y) { return cave(oracle, x, y); }},
      {"sparsemap_loss", [](const BatchOracle& oracle, Var x, Var y) { return sparsemap_loss(oracle, x, y); }},
      {"mcmc_loss", [](const BatchOracle& oracle, Var x, Var y) {
         Rng rng(1);
         return mcmc_loss(oracle, x, y, {{.moves = 20}}, rng);
       }}};
  for (const auto& row : losses) {
    const std::string& name = row.first;
    CAPTURE(name);
    for (const Solver& solver : {Solver(ShortestPath(ladder(), 0, 18)), Solver(TopK{.n = 9, .k = 4})}) {
      if (name == "mcmc_loss" && solver.traits().name == "shortest_path") continue;  // its moves are lists
      CHECK(asked_by_a_step(solver, row.second, 8) == asked_by_a_step(solver, row.second, 64));
    }
  }
}

TEST_CASE("solvers: instances that have been solved before take no memory") {
  for (const Solver& solver : solvers()) check_no_memory(solver, {});
  for (const auto& [solver, data] : solvers_with_data()) check_no_memory(solver, data[0]);
}
