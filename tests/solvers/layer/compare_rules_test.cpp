#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/layer/compare_rules.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/losses/fenchel_young.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/rules/aimle.h>
#include <cotape/solvers/rules/blackbox.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/rules/imle.h>
#include <cotape/solvers/rules/perturbed.h>
#include <cotape/solvers/select/topk.h>

using namespace cotape;

namespace {

const Tensor scores({2, 4}, {4, 3, 2, 1, 0.5F, 2, 1.5F, -1});
const Tensor dy({2, 4}, {1, 0, -1, 0, 0, 0, 0, 0});
const TopK top2{.n = 4, .k = 2};

std::vector<double> numbers(const Tensor& x) { return {x.values().begin(), x.values().end()}; }

// The solutions and gradients of a training step with blackbox, watched or not.
std::pair<Tensor, Tensor> step_of(bool watched, Inspection* seen = nullptr) {
  Tape tape;
  std::unique_ptr<Inspector> inspector;
  if (watched) inspector = std::make_unique<Inspector>(tape);
  const auto layer = differentiable(top2, Blackbox{2}, Projection::center);
  const Var x = tape.variable(scores).named("x");
  const Var y = layer(x);
  tape.backward(y, dy);
  if (seen) *seen = inspector->inspection();
  CHECK(layer.diagnostics().calls_forward == 2);
  CHECK(layer.diagnostics().calls_backward == 2);
  return {y.value(), x.gradient()};
}

}  // namespace

TEST_CASE("compare_rules: each answer is the rule's own") {
  const RuleComparison comparison = compare_rules(top2, scores, dy,
                                                  {{"identity", Identity{}},
                                                   {"small step", Blackbox{0.1F}},
                                                   {"large step", Blackbox{2}},
                                                   {"imle", Imle{.lambda = 2, .noise = NoNoise{}, .samples = 3}},
                                                   {"perturbed", Perturbed{.samples = 5}}});
  REQUIRE(comparison.answers.size() == 5);
  CHECK(comparison.scores == scores);
  const Tensor best({2, 4}, {1, 1, 0, 0, 0, 1, 1, 0});

  const RuleAnswer& identity = comparison.answers[0];
  CHECK(identity.name == "identity");
  CHECK(identity.solutions == best);
  CHECK(identity.gradient == dy);
  CHECK(identity.zero_entries == 6.0 / 8);
  CHECK(identity.diagnostics.calls_forward == 2);
  CHECK(identity.diagnostics.calls_backward == 0);
  CHECK(identity.diagnostics.zero_share() == 0.5);  // the second instance has dy = 0
  REQUIRE(identity.calls.size() == 1);
  CHECK(identity.calls[0].scores == scores);

  const RuleAnswer& small = comparison.answers[1];
  CHECK(small.zero_entries == 1);
  CHECK(small.diagnostics.zero_share() == 1);
  CHECK(small.diagnostics.lambda == doctest::Approx(0.1));

  const RuleAnswer& large = comparison.answers[2];  // 4 − 2, 3, 2 + 2, 1: items 1 and 2 are best then
  CHECK(large.gradient == Tensor({2, 4}, {0.5F, 0, -0.5F, 0, 0, 0, 0, 0}));
  REQUIRE(large.calls.size() == 2);
  CHECK(large.calls[1].backward);
  CHECK(large.calls[1].scores == Tensor({2, 4}, {2, 3, 4, 1, 0.5F, 2, 1.5F, -1}));
  CHECK(large.calls[1].solutions == Tensor({2, 4}, {0, 1, 1, 0, 0, 1, 1, 0}));

  const RuleAnswer& imle = comparison.answers[3];  // without noise all samples agree with blackbox
  CHECK(imle.solutions.shape() == Shape{2, 3, 4});
  CHECK(imle.gradient == large.gradient);
  CHECK(imle.diagnostics.calls_forward == 6);
  CHECK(imle.diagnostics.calls_backward == 6);
  CHECK(comparison.answers[4].diagnostics.calls_forward == 10);
  CHECK(comparison.answers[4].solutions.shape() == scores.shape());
}

TEST_CASE("compare_rules: costs, projections, and what a rule learns") {
  const GridPath path{.height = 2, .width = 2, .neighbours = Neighbours::four};
  const Tensor costs({1, 2, 2}, {1, 2, 3, 1}), up({1, 2, 2}, {0, 1, 0, 0});
  const Aimle aimle{.noise = NoNoise{}, .adaptation = {.initial_alpha = 0.5}};
  const RuleComparison comparison = compare_rules(path, costs, up, {{"identity", Identity{}}, {"aimle", aimle}});
  CHECK(comparison.scores == Tensor({1, 2, 2}, {-1, -2, -3, -1}));
  CHECK(comparison.answers[0].solutions == Tensor({1, 2, 2}, {1, 1, 0, 1}));
  CHECK(comparison.answers[0].gradient == up);
  CHECK(comparison.answers[0].input_gradient == Tensor({1, 2, 2}, {0, -1, 0, 0}));
  CHECK(*aimle.state == AimleState{.alpha = 0.5});  // nothing was learned outside

  const RuleComparison projected =
      compare_rules(top2, scores, dy, {{"identity", Identity{}}}, {.projection = Projection::center});
  CHECK(projected.scores[0] == 1.5F);
  CHECK(projected.answers[0].gradient == dy);
  CHECK_THROWS_WITH_AS(compare_rules(top2, scores, Tensor({4}), {}), "compare_rules: cotangent [4] for instances [2,4]",
                       ShapeError);
  CHECK_THROWS_AS(compare_rules(top2, Tensor({3}), Tensor({3}), {}), ShapeError);
}

TEST_CASE("side_by_side: what a page shows of a comparison") {
  const SideBySide shown =
      side_by_side(compare_rules(top2, scores, dy, {{"identity", Identity{}}, {"blackbox", Blackbox{2}}}), "two rules");
  CHECK(shown.title == "two rules");
  CHECK(shown.solver == "top_k");
  REQUIRE(shown.common.size() == 2);
  CHECK(shown.common[0].values == numbers(scores));
  CHECK(shown.common[1].name == "dy");
  REQUIRE(shown.columns.size() == 2);
  const SideBySide::Column& blackbox = shown.columns[1];
  CHECK(blackbox.facts[0] == std::pair<std::string, std::string>("solver calls", "2 + 2"));
  CHECK(blackbox.facts[1].second == "75 %");
  REQUIRE(blackbox.exhibits.size() == 4);
  CHECK(blackbox.exhibits[1].name == "scores moved along dy");
  CHECK(blackbox.exhibits[2].values == std::vector<double>{0, 1, 1, 0, 0, 1, 1, 0});
  CHECK(blackbox.exhibits[3].name == "gradient");
}

TEST_CASE("solver lens: what a rule looked at, the same bits with and without") {
  Inspection seen;
  CHECK(step_of(true, &seen) == step_of(false));
  REQUIRE(seen.lenses.size() == 1);
  const SolverLens& lens = seen.lenses[0];
  CHECK(seen.nodes[lens.node].op == "blackbox");
  CHECK(lens.solver == "top_k");
  CHECK(lens.instance == Shape{4});
  CHECK_FALSE(lens.minimises);
  REQUIRE(lens.scores.size() == 2);  // as given, and centred
  CHECK(lens.scores[0].name == "variable x");
  CHECK(lens.scores[0].values == numbers(scores));
  CHECK(lens.scores[1].values[0] == 1.5);
  REQUIRE(lens.calls.size() == 2);
  CHECK_FALSE(lens.calls[0].backward);
  CHECK(lens.calls[0].solutions.values == std::vector<double>{1, 1, 0, 0, 0, 1, 1, 0});
  CHECK(lens.calls[1].backward);
  CHECK(lens.calls[1].scores.values[0] == -0.5);  // 1.5 − 2·1
  CHECK(lens.calls[1].solutions.values == std::vector<double>{0, 1, 1, 0, 0, 1, 1, 0});
  REQUIRE(lens.cotangent.has_value());
  CHECK(lens.cotangent->values == numbers(dy));
  REQUIRE(lens.gradient.has_value());
  CHECK(lens.gradient->values == std::vector<double>{0.5, 0, -0.5, 0, 0, 0, 0, 0});
}

TEST_CASE("solver lens: rows within a batch, losses that solve, forgotten steps") {
  Tape tape;
  Inspector inspector(tape);
  Rng rng(1);
  const Var x = tape.variable(Tensor({2, 3, 4}, 0));
  const Var y = differentiable(top2, Imle{.samples = 2})(x, rng).all();
  tape.backward(sum(y));
  REQUIRE(inspector.inspection().lenses.size() == 1);
  CHECK(inspector.inspection().lenses[0].rows == 3);
  CHECK(inspector.inspection().lenses[0].calls[0].scores.instances == 12);

  tape.clear();
  const Var theta = tape.variable(scores), wanted = tape.constant(Tensor({2, 4}, {1, 0, 1, 0, 0, 1, 1, 0}));
  const Var loss = fenchel_young(top2, theta, wanted, {.epsilon = 0}, rng);
  tape.backward(loss);
  REQUIRE(inspector.inspection().lenses.size() == 1);
  const SolverLens& lens = inspector.inspection().lenses[0];
  CHECK(lens.node == loss.id());
  CHECK(lens.calls.size() == 1);
  CHECK_FALSE(lens.cotangent.has_value());  // of a scalar
  CHECK(lens.gradient->values == numbers(theta.gradient()));
  tape.backward(loss);  // once more: calls of the VJP do not pile up
  CHECK(inspector.inspection().lenses[0].calls.size() == 1);
}
