#include <doctest/doctest.h>

#include <cotape/engine/ops.h>
#include <cotape/solvers/assignment/assignment.h>
#include <cotape/solvers/flow/graph_cut.h>
#include <cotape/solvers/flow/grid_cut.h>
#include <cotape/solvers/flow/min_cost_flow.h>
#include <cotape/solvers/flow/min_cut.h>
#include <cotape/solvers/flow/transportation.h>
#include <cotape/solvers/knapsack/knapsack.h>
#include <cotape/solvers/layer/compare_rules.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/matching/max_weight_matching.h>
#include <cotape/solvers/matching/perfect_matching.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/paths/shortest_path.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/rules/imle.h>
#include <cotape/solvers/select/topk.h>
#include <cotape/solvers/sequences/viterbi.h>
#include <cotape/solvers/trees/arborescence.h>
#include <cotape/solvers/trees/spanning_tree.h>
#include <cotape/solvers/tsp/tsp.h>

#include "../../engine/inspect/embedded.h"

using namespace cotape;
using Kind = Drawing::Kind;

namespace {

const SparseGraph ring = SparseGraph::undirected(4, {{0, 1}, {1, 2}, {2, 3}, {3, 0}});
const SparseGraph ways = SparseGraph::directed(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}, {1, 2}});

}  // namespace

TEST_CASE("drawing: what solvers say fits the shape of their costs") {
  const std::pair<Solver, Kind> solvers[] = {{TopK{.n = 4, .k = 2}, Kind::by_shape},
                                             {GridPath{.height = 3, .width = 4}, Kind::by_shape},
                                             {Knapsack{.n = 2}, Kind::by_shape},
                                             {Knapsack{.n = 3, .fixed = {{3, 1, 2}, 4}}, Kind::items},
                                             {Assignment{.rows = 2, .columns = 3}, Kind::pairs},
                                             {Transportation(2, 3), Kind::pairs},
                                             {Tsp{5}, Kind::tour},
                                             {TspLocalSearch{5}, Kind::tour},
                                             {Viterbi{.steps = 4, .labels = 2}, Kind::trellis},
                                             {GridCut{.height = 3, .width = 4}, Kind::labels},
                                             {GraphCut(ring), Kind::graph},
                                             {SpanningTree(ring), Kind::graph},
                                             {Arborescence(ways), Kind::graph},
                                             {PerfectMatching(ring), Kind::graph},
                                             {MaxWeightMatching(ring), Kind::graph},
                                             {ShortestPath(ways, 0, 3), Kind::graph},
                                             {MinCostFlow(ways), Kind::graph},
                                             {MinCut(ways, 0, 3), Kind::cut},
                                             {MinCut(5), Kind::cut}};
  for (const auto& [solver, kind] : solvers) {
    const SolverTraits& traits = solver.traits();
    const Drawing& drawing = traits.drawing;
    CAPTURE(traits.name);
    CHECK(drawing.kind == kind);
    if (kind == Kind::pairs || kind == Kind::tour || kind == Kind::trellis) CHECK(traits.shape.rank() == 2);
    if (kind == Kind::labels) CHECK(traits.shape.rank() == 3);
    if (kind == Kind::items) CHECK(std::ssize(drawing.sizes) == traits.shape.size());
    if (drawing.nodes > 0)
      CHECK((drawing.numbers_of_nodes ? drawing.nodes : 0) + std::ssize(drawing.edges) == traits.shape.size());
    CHECK((drawing.nodes == 4) == (std::ssize(drawing.edges) > 0));
  }
  CHECK(Solver(GraphCut(ring)).traits().drawing == ring.drawing(true));
}

TEST_CASE("drawing: of the instance where its data says more") {
  const Solver paths = ShortestPath(ways);
  const Instances ends = std::vector<ShortestPathInstance>{{.source = 1, .target = 2}};
  CHECK(paths.traits().drawing.source == -1);
  REQUIRE(paths.drawings(ends, 1).size() == 1);
  CHECK(paths.drawings(ends, 1)[0].source == 1);
  CHECK(paths.drawings(ends, 1)[0].target == 2);
  CHECK(paths.drawings(ends, 1)[0].edges == ways.drawing().edges);
  CHECK(Solver(ShortestPath(ways, 0, 3)).drawings({}, 1)[0].target == 3);

  const Instances problems = std::vector<CutProblem>{{ways, 0, 3}};
  const Drawing cut = Solver(MinCut(9)).drawings(problems, 1)[0];
  CHECK(cut.kind == Kind::cut);
  CHECK(cut.edges == ways.drawing().edges);
  CHECK(cut.target == 3);

  const Instances edges = std::vector<AllowedEdges>{{{1, 1, 1, 0}}};  // nothing to say of it: as without data
  CHECK(Solver(SpanningTree(ring)).drawings(edges, 1) == std::vector{ring.drawing()});

  const Instances bags = std::vector{KnapsackInstance({1, 2, 3, 4}, std::vector<double>{4, 8})};
  CHECK(Solver(Knapsack{.n = 3}).drawings(bags, 1)[0].sizes == std::vector<double>{0.25, 0.5, 0, 0.375, 0.5, 0});
}

TEST_CASE("drawings: one where all are the same, and no more than asked for") {
  const Solver knapsack = Knapsack{.n = 2};
  const KnapsackInstance small({1, 2}, 2), large({1, 2}, 4);
  CHECK(knapsack.drawings(std::vector{small, small, small}, 10).size() == 1);
  CHECK(knapsack.drawings(std::vector{small, large, small}, 10).size() == 3);
  CHECK(knapsack.drawings(std::vector{small, small, large}, 2).size() == 1);
  CHECK(knapsack.drawings(std::vector<KnapsackInstance>{}, 10).empty());
}

TEST_CASE("drawings: the solver lens and a comparison show them") {
  const std::vector<KnapsackInstance> bags = {{{3, 1, 2}, 4}, {{1, 1, 2}, 2}};
  const Tensor values({2, 3}, {3, 1, 2, 1, 2, 3});
  Tape tape;
  Inspector inspector(tape);
  Rng rng(1);
  const auto pack = differentiable(Knapsack{.n = 3}, Imle{.lambda = 5, .samples = 3});
  tape.backward(sum(pack(tape.variable(values), bags, rng).mean()));
  const Json lens = embedded(to_html(inspector.inspection()))["solvers"][0];
  CHECK(lens["drawings"] == Json::parse(R"([{"kind": "items", "sizes": [0.75, 0.25, 0.5]},
                                            {"kind": "items", "sizes": [0.5, 0.5, 1]}])"));

  Inspection page;
  page.comparisons.push_back(side_by_side(
      compare_rules(MinCut(ways, 0, 3), Tensor({1, 5}, 1), Tensor({1, 5}, 1), {{"Identity", Identity{}}}), "cut"));
  const Json cut = embedded(to_html(page))["comparisons"][0]["drawings"];
  REQUIRE(cut.size() == 1);
  CHECK(cut[0]["kind"] == "cut");
  CHECK(cut[0]["edges"] == Json::parse("[[0, 1], [0, 2], [1, 3], [2, 3], [1, 2]]"));
  CHECK(cut[0]["target"] == 3);
}
