#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/solvers/assignment/assignment.h>
#include <cotape/solvers/flow/graph_cut.h>
#include <cotape/solvers/flow/grid_cut.h>
#include <cotape/solvers/flow/min_cost_flow.h>
#include <cotape/solvers/flow/min_cut.h>
#include <cotape/solvers/flow/transportation.h>
#include <cotape/solvers/knapsack/knapsack.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/layer/rule_table.h>
#include <cotape/solvers/matching/max_weight_matching.h>
#include <cotape/solvers/matching/perfect_matching.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/paths/shortest_path.h>
#include <cotape/solvers/quadratic/graph_matching.h>
#include <cotape/solvers/rules/score_function.h>
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

#include "../all_rules.h"
#include "../rule_runs.h"

using namespace cotape;

namespace {

// Paths of unlike length: their sums differ.
const Tensor uneven({4, 6}, {1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1});

// From 0 over one of three vertices and then one of three others to 7; with `back`, there are cycles.
SparseGraph layers(bool back) {
  std::vector<Edge> edges;
  for (std::int64_t u = 1; u <= 3; ++u) {
    edges.insert(edges.end(), {{0, u}, {u + 3, 7}});
    for (std::int64_t v = 4; v <= 6; ++v) edges.push_back({u, v});
    if (back) edges.push_back({u + 3, u});
  }
  return SparseGraph::directed(8, edges);
}

MatchedGraphs two_graphs() {
  return {SparseGraph::undirected(3, {{0, 1}, {1, 2}}), SparseGraph::undirected(3, {{0, 2}})};
}

std::vector<Solver> solvers() {
  return {TopK{.n = 6, .k = 3},
          TopK{.n = 6, .k = 1},
          Ranking{.n = 6},
          Ranking{.n = 6, .sense = Sense::minimise},
          Tsp{5},
          Enumerated{all_subsets(6, 2)},
          Enumerated{all_subsets(6, 2), Sense::minimise},
          Enumerated{uneven, Sense::minimise},
          Enumerated{uneven.reshaped({4, 2, 3})},
          GridPath{.height = 3, .width = 4},
          GridPath{.height = 3, .width = 4, .neighbours = Neighbours::four},
          ShortestPath(layers(false), 0, 7),
          ShortestPath(layers(true), 0, 7),
          Assignment{.rows = 3, .columns = 3},
          Assignment{.rows = 3, .columns = 2, .unassigned_cost = real(0.5)},
          Arborescence(SparseGraph::directed(3, {{0, 1}, {1, 0}, {1, 2}, {2, 1}, {0, 2}, {2, 0}})),
          SpanningTree(SparseGraph::complete(4)),
          SpanningTree(SparseGraph::complete(4), {.sense = Sense::maximise}),
          PerfectMatching(SparseGraph::complete(4)),
          PerfectMatching(SparseGraph::complete(4), {.sense = Sense::maximise}),
          MaxWeightMatching(SparseGraph::complete(4)),
          MaxWeightMatching(SparseGraph::complete(5), {.max_cardinality = true}),
          Knapsack{.n = 6, .fixed = {{3, 1, 2, 2, 1, 3}, 5}},
          Knapsack{.n = 6, .fixed = {{0.3, 0.1, 0.2, 0.25, 0.1, 0.35}, 0.55, {1, 2, 1, 3, 1, 1}}},
          MinCut(layers(false), 0, 7),
          MinCostFlow(layers(false), {{2, 0, 0, 0, 0, 0, 0, -2}, std::vector<std::int64_t>(15, 1)}),
          Transportation({{2, 1}, {1, 1, 1}}),
          GraphMatching{.layout = {3, 3, 2, 1}, .fixed = two_graphs()},
          GraphMatching{.layout = {3, 3, 2, 1}, .unassigned_cost = real(0.2), .fixed = two_graphs()},
          Viterbi{.steps = 3, .labels = 2},
          TimeWarping{.first = 2, .second = 3},
          EditAlignment{.first = 1, .second = 2},
          Segmentation{.steps = 3, .max_length = 2},
          GraphCut(layers(false), NegativePairs::count_as_zero),
          GridCut{.height = 2, .width = 3, .negative_pairs = NegativePairs::count_as_zero}};
}

Var call(const Differentiable<NamedRule>& layer, Var x) {
  Rng rng(1);
  return layer(x, rng).all();
}

// y and the gradient of x under a fixed cotangent.
RuleRun run(const Differentiable<NamedRule>& layer, const Tensor& at) {
  Tape tape;
  const Var x = tape.variable(at);
  const Var y = call(layer, x);
  tape.backward(y, standard_normal(y.shape(), 2));
  return {y.value(), x.gradient()};
}

// Whether the rule wants solutions of 0 and 1, where these scores ask the solver for others.
bool refuses(const NamedRule& rule, const Solver& solver, const Tensor& x) {
  if (!rule.has("lpgd-rho")) return false;
  const Tensor y = run(differentiable(solver, rule_named("blackbox")), x).y;
  return std::any_of(y.values().begin(), y.values().end(), [](real entry) { return entry != 0 && entry != 1; });
}

Tensor negated(Tensor x) {
  for (real& value : x.values()) value = -value;
  return x;
}

}  // namespace

TEST_CASE("every rule works with every solver: shapes, counts, finite gradients that are not all zero") {
  for (const Solver& solver : solvers())
    for_each_rule(solver, [&](const NamedRule& rule) {
      CAPTURE(solver.traits().name);
      const std::int64_t samples = rule.has_sample_axis() ? 3 : 1;
      const Shape& instance = solver.traits().shape;
      const std::int64_t batch = 8;
      const auto layer = differentiable(solver, rule);
      Tensor x = standard_normal(instance.inserted(0, batch), 1);
      for (real& cost : x.values()) cost = solver.traits().domain.bounded() ? std::abs(cost) : cost;
      if (refuses(rule, solver, x)) {
        CHECK_THROWS_WITH_AS(run(layer, x), doctest::Contains(solver.traits().name.c_str()), ValueError);
        return;
      }
      const RuleRun result = run(layer, x);
      const Shape shape = instance.inserted(0, batch);
      CHECK(result.y.shape() == shape.inserted(1, samples));
      CHECK(result.gradient.shape() == shape);
      CHECK(result.gradient.finite());
      CHECK(result.gradient != Tensor(shape));
      if (const auto calls = rule.solver_calls()) {
        CHECK(layer.diagnostics().calls_forward == batch * calls->forward);
        CHECK(layer.diagnostics().calls_backward == batch * calls->backward);
      }
      CHECK(layer.diagnostics().rows == batch);
      // A single instance has no batch axis.
      const RuleRun one = run(layer, standard_normal(instance, 1));
      CHECK(one.y.shape() == instance.inserted(0, samples));
      CHECK(one.gradient.shape() == instance);
    });
}

TEST_CASE("every rule: minimising costs −θ is maximising scores θ, and the gradient's sign turns") {
  for_each_rule(Enumerated{uneven}, [&](const NamedRule& rule) {
    const Tensor theta = standard_normal({5, 6}, 1);
    const NamedRule again = rule.clone();
    const RuleRun best = run(differentiable(Enumerated{uneven}, rule), theta);
    const RuleRun cheapest = run(differentiable(Enumerated{uneven, Sense::minimise}, again), negated(theta));
    CHECK(cheapest.y == best.y);
    CHECK(negated(cheapest.gradient) == best.gradient);
  });
}

TEST_CASE("every rule: a layer that centres is blind to a constant, and passes no gradient along it") {
  for_each_rule(TopK{.n = 6, .k = 3}, [&](const NamedRule& rule) {
    const auto layer = differentiable(TopK{.n = 6, .k = 3}, rule, Projection::standardize);
    const RuleRun result = run(layer, standard_normal({5, 6}, 1));
    for (std::size_t row = 0; row < 5; ++row) {
      real sum = 0;
      for (const real value : result.gradient.values().subspan(6 * row, 6)) sum += value;
      CHECK(std::abs(sum) < 1e-4);
    }
  });
}

TEST_CASE("every rule refuses scores that are not finite, and projections that would change answers") {
  for_each_rule(TopK{.n = 6, .k = 3}, [&](const NamedRule& rule) {
    for (const real bad : {real(NAN), real(INFINITY), -real(INFINITY)}) {
      Tensor theta(Shape{2, 6});
      theta[7] = bad;
      CHECK_THROWS_WITH_AS(run(differentiable(TopK{.n = 6, .k = 3}, rule), theta), doctest::Contains("is not finite"),
                           ValueError);
    }
    CHECK_THROWS_WITH_AS(run(differentiable(Enumerated{uneven}, rule, Projection::center), Tensor(Shape{2, 6})),
                         doctest::Contains("differ in their sum, so centring would change its answers"), ValueError);
  });
}

TEST_CASE("every rule: one thread and two give the same bits") {
  for_each_rule(TopK{.n = 6, .k = 3}, [&](const NamedRule& rule) {
    const Tensor theta = standard_normal({400, 6}, 1);
    const NamedRule again = rule.clone();
    const auto run_with = [&](int threads, const NamedRule& used) {
      const ThreadLimit limit(threads);
      return run(differentiable(TopK{.n = 6, .k = 3}, used), theta);
    };
    const RuleRun one = run_with(1, rule), two = run_with(2, again);
    CHECK(one.y == two.y);
    CHECK(one.gradient == two.gradient);
    Checkpoint learned, learned_again;
    rule.save(learned, "");
    again.save(learned_again, "");
    CHECK(learned == learned_again);
  });
}

TEST_CASE("every rule: a tape that is cleared takes no new memory") {
  for_each_rule(Enumerated{all_subsets(6, 2), Sense::minimise}, [&](const NamedRule& rule) {
    const auto layer = differentiable(Enumerated{all_subsets(6, 2), Sense::minimise}, rule);
    const Tensor theta = standard_normal({5, 6}, 1);
    Tape tape;
    std::size_t allocations = 0;
    for (int step = 0; step < 4; ++step) {
      tape.clear();
      const Var x = tape.variable(theta);
      tape.backward(sum(square(call(layer, x))));
      if (step == 1) allocations = tape.allocations();
    }
    CHECK(tape.allocations() == allocations);
  });
}

TEST_CASE("score functions draw from every solver's set") {
  for (const Solver& solver : solvers()) {
    const Shape shape = solver.traits().shape.inserted(0, 4);
    const auto oracle = oracle_of(solver);
    const ScoreFunction rule{.samples = 3, .baseline = LossBaseline::leave_one_out};
    Tape tape;
    Rng rng(1);
    const ScoreSample sample = rule.sample(tape.variable(standard_normal(shape, 1)), oracle, rng);
    CHECK(sample.solutions.all().shape() == shape.inserted(1, 3));
    tape.backward(rule.surrogate(sample, tape.constant(standard_normal({4, 3}, 2))));
    CHECK(sample.scores.gradient().finite());
    CHECK(sample.scores.gradient() != Tensor(shape));
    CHECK(oracle->diagnostics().calls_forward == 12);
  }
}
