#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/solvers/relax/relaxed_tree.h>
#include <cotape/solvers/trees/spanning_tree.h>

#include "../../near.h"
#include "../rule_runs.h"

using namespace cotape;

namespace {

const SparseGraph graph = SparseGraph::complete(6);

struct Drawn {
  Tensor y, gradient;
};

Drawn draw(const std::function<Var(Var, Rng&)>& f, const Tensor& scores) {
  Tape tape;
  Rng rng(3);
  const Var x = tape.variable(scores);
  const Var y = f(x, rng);
  tape.backward(y, standard_normal(y.shape(), 2));
  return {y.value(), x.gradient()};
}

}  // namespace

TEST_CASE("relaxed_spanning_tree: the solver's marginals, which sum to nodes - 1, and a gradient that sums to 0") {
  const RelaxedSpanningTree tree(graph);
  const SpanningTree solver(graph, {.sense = Sense::maximise});
  const Tensor scores = standard_normal({50, 15}, 1);
  const Drawn drawn = draw([&](Var x, Rng&) { return tree.marginals(x); }, scores);
  Tape tape;
  for (const real total : sum(tape.constant(drawn.y), 1).value().values())
    CHECK(static_cast<double>(total) == doctest::Approx(5).epsilon(1e-5));
  for (const real total : sum(tape.constant(drawn.gradient), 1).value().values())
    CHECK(std::abs(static_cast<double>(total)) < 1e-5);  // adding a constant to all scores changes nothing
  std::vector<real> mean(15);
  for (std::size_t i = 0; i < 50; ++i) {
    solver.marginals(scores.values().subspan(15 * i, 15), mean);
    CHECK(std::equal(mean.begin(), mean.end(), drawn.y.values().begin() + static_cast<std::ptrdiff_t>(15 * i)));
  }
}

TEST_CASE("relaxed_spanning_tree: hard draws the best tree and keeps the gradient of soft; soft tends to hard") {
  const RelaxedSpanningTree tree(graph);
  const Tensor scores = standard_normal({200, 15}, 1);
  const auto run = [&](real temperature, Relaxed form) {
    return draw([&](Var x, Rng& rng) { return tree(x, temperature, rng, form); }, scores);
  };
  const Drawn soft = run(1, Relaxed::soft), hard = run(1, Relaxed::hard), cold = run(real(1e-3), Relaxed::soft);
  Tensor perturbed(scores.shape());
  Rng same(3);
  Noise(Gumbel{}).sample(perturbed, same);
  for (std::int64_t i = 0; i < perturbed.size(); ++i) perturbed[i] += scores[i];
  CHECK(hard.y == solve(oracle_of(SpanningTree(graph, {.sense = Sense::maximise})), perturbed));
  CHECK(hard.gradient == soft.gradient);
  CHECK(cold.gradient.finite());
  double whole = 0;
  for (std::int64_t i = 0; i < cold.y.size(); ++i) whole += std::abs(cold.y[i] - hard.y[i]) < 1e-3;
  CHECK(whole / static_cast<double>(cold.y.size()) > 0.98);
}

TEST_CASE("relaxed_spanning_tree: what it refuses") {
  const RelaxedSpanningTree tree(graph);
  Tape tape;
  Rng rng(1);
  const auto refused = [&](const Tensor& scores, real temperature, const char* text) {
    CHECK_THROWS_WITH(tree(tape.variable(scores), temperature, rng), doctest::Contains(text));
  };
  refused(Tensor(Shape{15}), 0, "temperature 0 is not a positive number");
  refused(Tensor(Shape{14}), 1, "[14]");
  Tensor scores(Shape{2, 15});
  scores[20] = std::numeric_limits<real>::quiet_NaN();
  refused(scores, 1, "nan");
  CHECK_THROWS_WITH_AS(RelaxedSpanningTree(SparseGraph::directed(2, {{0, 1}})), doctest::Contains("directed"),
                       ValueError);
}
