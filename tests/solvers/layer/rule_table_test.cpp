#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/layer/compare_rules.h>
#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/layer/rule_layer.h>
#include <cotape/solvers/layer/rule_table.h>
#include <cotape/solvers/rules/aimle.h>
#include <cotape/solvers/rules/blackbox.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/rules/imle.h>
#include <cotape/solvers/rules/lpgd.h>
#include <cotape/solvers/rules/mcmc.h>
#include <cotape/solvers/rules/perturbed.h>
#include <cotape/solvers/rules/regularized.h>
#include <cotape/solvers/rules/reinmax.h>
#include <cotape/solvers/rules/simple.h>
#include <cotape/solvers/rules/straight_through.h>
#include <cotape/solvers/select/topk.h>

#include <set>

#include "../../normal_tensor.h"
#include "../cheapest.h"
#include "../rule_runs.h"

using namespace cotape;

namespace {

struct Step {
  Tensor solutions, gradient;
};

// Solutions of three instances of top-2 of 6, and the gradient of Σ w ⊙ solutions.
template <class Layer>
Step step_of(const Layer& layer) {
  Tape tape;
  Rng rng(3);
  const Var scores = tape.variable(normal_tensor(Shape{3, 6}, 1));
  const Var solutions = all_of(layer(scores, rng));
  tape.backward(sum(solutions * tape.constant(normal_tensor(Shape{6}, 2))));
  return {solutions.value(), scores.gradient()};
}

const TopK solver{.n = 6, .k = 2};

NamedRule with(const char* name, const RuleValues& values) {
  NamedRule rule = rule_named(name);
  rule.set_all(values);
  return rule;
}

// A rule that can work only where the solver knows its neighbours.
struct Walker {
  static constexpr std::array needs{Ability::neighbours};
  Var operator()(Var scores, const BatchOracle& oracle) const { return Identity{}(scores, oracle); }
};

template <class Rule>
void check_same(const char* name, const Rule& rule, const TopK& top = solver) {
  CAPTURE(name);
  const auto direct = differentiable(top, rule);
  const Step expected = step_of([&](Var x, Rng& rng) {
    if constexpr (DeterministicRule<Rule>)
      return direct(x);
    else
      return direct(x, rng);
  });
  const RuleLayer layer(
      top, with(name, {{"lambda", 3.0}, {"noise", Gumbel{}}, {"tau", 0.5}, {"sigma", 0.5}, {"samples", 2}}));
  const Step found = step_of(layer);
  CHECK(found.solutions.values().size() == expected.solutions.values().size());
  CHECK(found.solutions.reshaped(expected.solutions.shape()) == expected.solutions);
  CHECK(found.gradient == expected.gradient);
  CHECK(layer.diagnostics().calls() == direct.diagnostics().calls());
}

}  // namespace

TEST_CASE("rule table: a rule by name is that rule") {
  check_same("identity", Identity{});
  check_same("blackbox", Blackbox{3});
  check_same("lpgd", Lpgd{.tau = 3});
  check_same("straight-through", StraightThrough{Gumbel{}, 0.5, 2});
  check_same("simple", Simple{2});
  check_same("reinmax", ReinMax{.samples = 2}, {.n = 6, .k = 1});
  check_same("imle", Imle{3, Gumbel{}, 0.5, 2});
  check_same("imle-central", Imle{3, Gumbel{}, 0.5, 2, Side::central});
  check_same("aimle", Aimle{.noise = Gumbel{}, .tau = 0.5, .samples = 2});
  check_same("aimle-central", Aimle{.noise = Gumbel{}, .tau = 0.5, .samples = 2, .side = Side::central});
  check_same("perturbed", Perturbed{Gumbel{}, 0.5, 2, Baseline::unperturbed});
  check_same("regularized", Regularized{});
  check_same("mcmc", Mcmc{});
  check_same("perturbed-multiplicative",
             Perturbed{Gumbel{}, 0.5, 2, Baseline::unperturbed, Perturbation::multiplicative});
  CHECK_THROWS_WITH_AS(rule_named("magic"), "no gradient rule \"magic\"", ValueError);
}

TEST_CASE("rule table: every rule describes itself, under names that mean one thing") {
  std::set<std::string> names;
  for (const NamedRule& rule : rule_table()) {
    CAPTURE(rule.name());
    CHECK(names.insert(rule.name()).second);
    CHECK(rule.solver_calls().has_value() == (rule.name() != "regularized"));  // which searches
    CHECK(rule_named(rule.name()).name() == rule.name());
    for (const RuleSetting& setting : rule.settings()) {
      CAPTURE(setting.name);
      CHECK(rule.has(setting.name));
      CHECK(setting.help != "");
      // Of the same type wherever it stands: one option of a program serves all rules.
      for (const NamedRule& other : rule_table())
        for (const RuleSetting& same : other.settings())
          if (same.name == setting.name) CHECK(same.value.index() == setting.value.index());
    }
  }
  CHECK(rule_names().size() == names.size());
}

TEST_CASE("named rule: settings by name") {
  NamedRule imle = rule_named("imle");
  CHECK(std::get<double>(imle.settings().front().value) == 10);
  imle.set("lambda", 3);  // a whole number is a number
  CHECK(std::get<double>(imle.settings().front().value) == 3);
  CHECK(imle.solver_calls() == SolverCalls{1, 1});
  imle.set("samples", 4);
  imle.set("side", "central");
  CHECK(imle.solver_calls() == SolverCalls{4, 8});
  CHECK(std::get<double>(rule_named("imle").settings().front().value) == 10);  // the table is as it was

  const auto refused = [&](const char* setting, const RuleValue& value, const char* message) {
    CHECK_THROWS_WITH_AS(imle.set(setting, value), message, ValueError);
  };
  refused("sigma", 1.0, "imle has no setting \"sigma\"; it has lambda, samples, noise, tau, side");
  refused("lambda", 0.0, "imle: lambda = 0 is not a positive number");
  refused("tau", -1.0, "imle: tau = -1 is not a number of 0 or more");
  refused("lambda", "big", "imle: lambda is a number, not a name");
  refused("samples", 0, "imle: samples = 0: at least one is needed");
  refused("samples", 1.5, "imle: samples is a whole number, not a number");
  refused("side", "left", "imle: side is one of target, away, central, not \"left\"");
  CHECK_THROWS_WITH_AS(rule_named("perturbed").set("noise", NoNoise{}),
                       "perturbed: noise none has no density with a derivative, which this rule needs", ValueError);
  CHECK_THROWS_WITH_AS(rule_named("identity").set("lambda", 1.0), "identity has no setting \"lambda\"; it has none",
                       ValueError);
  CHECK_NOTHROW(rule_named("identity").set_all({{"lambda", 1.0}}));
}

TEST_CASE("named rule: AIMLE as code brings its constants, and a start of its own") {
  const NamedRule aimle = with("aimle", {{"aimle-nonzeros", 2}, {"aimle-as-code", true}});
  const auto value = [&](const std::string& name) {
    for (const RuleSetting& setting : aimle.settings())
      if (setting.name == name) return std::get<double>(setting.value);
    return -1.0;
  };
  CHECK(value("aimle-alpha") == 1);
  CHECK(value("aimle-step") == 1e-4);
  CHECK(value("aimle-nonzeros") == 2);
  CHECK(RuleLayer(solver, aimle).diagnostics().alpha == 1);
}

TEST_CASE("rule layer: solutions have a sample axis") {
  CHECK(step_of(RuleLayer(solver, rule_named("identity"))).solutions.shape() == Shape{3, 1, 6});
  CHECK(step_of(RuleLayer(solver, with("imle", {{"samples", 4}}))).solutions.shape() == Shape{3, 4, 6});
  CHECK(step_of(RuleLayer(solver, with("perturbed", {{"samples", 4}}))).solutions.shape() == Shape{3, 1, 6});
  Tape tape;
  Rng rng(1);
  const Var one = tape.variable(normal_tensor(Shape{6}, 1));
  CHECK(RuleLayer(solver, rule_named("identity"))(one, rng).all().shape() == Shape{1, 6});
  CHECK(RuleLayer(solver, rule_named("imle"))(one, rng).all().shape() == Shape{1, 6});
}

TEST_CASE("rule layer: what a rule has learned goes through a checkpoint, and a clone learns by itself") {
  const RuleLayer learned(solver, rule_named("aimle"));
  for (int i = 0; i < 5; ++i) step_of(learned);
  const double alpha = learned.diagnostics().alpha, lambda = learned.diagnostics().lambda;
  CHECK(alpha > 0);
  Checkpoint checkpoint;
  learned.save(checkpoint);
  const RuleLayer fresh(solver, rule_named("aimle"));
  CHECK(fresh.diagnostics().alpha == 0);
  fresh.load(checkpoint);
  CHECK(fresh.diagnostics().alpha == alpha);
  CHECK(fresh.diagnostics().lambda == lambda);

  const RuleLayer clone = learned.clone();
  CHECK(clone.diagnostics().alpha == alpha);
  CHECK(clone.diagnostics().calls() == 0);
  const RuleLayer copy = learned;
  CHECK(step_of(fresh).gradient == step_of(learned).gradient);
  CHECK(clone.diagnostics().alpha == alpha);
  CHECK(copy.diagnostics().alpha == learned.diagnostics().alpha);
  CHECK(learned.diagnostics().alpha > alpha);
  learned.diagnostics().reset();
  CHECK(learned.diagnostics().alpha > alpha);

  Checkpoint nothing;
  RuleLayer(solver, rule_named("identity")).save(nothing);
  CHECK(nothing == Checkpoint());
  CHECK_THROWS_AS(fresh.load(nothing), FileError);
}

TEST_CASE("rule layer: a rule is refused by name where the solver lacks what it needs") {
  const NamedRule walker("walker", Walker{});
  CHECK(walker.needs() == std::vector{Ability::neighbours});
  const Solver only = CheapestOrNothing{};
  CHECK_FALSE(walker.goes_with(only));
  CHECK_THROWS_WITH_AS(RuleLayer(only, walker), doctest::Contains("walker"), ValueError);
  CHECK_THROWS_WITH_AS(RuleLayer(only, walker), doctest::Contains("cheapest_or_nothing"), ValueError);
  CHECK_THROWS_WITH_AS(compare_rules(only, Tensor(Shape{1, 3}), Tensor(Shape{1, 3}), {walker}),
                       doctest::Contains("walker"), ValueError);
  CHECK(rule_named("imle").needs().empty());
}

TEST_CASE("rule table: compare_rules takes all rules that are for a solver") {
  const Tensor scores = normal_tensor(Shape{2, 6}, 1), dy = normal_tensor(Shape{2, 6}, 2);
  for (const std::int64_t k : {1, 2}) {
    const TopK best{.n = 6, .k = k};
    const RuleComparison comparison = compare_rules(best, scores, dy, rules_for(best));
    const std::vector<std::string> names = rule_names(best);
    REQUIRE(comparison.answers.size() == names.size());
    for (std::size_t i = 0; i < names.size(); ++i) CHECK(comparison.answers[i].name == names[i]);
    CHECK((names.size() == rule_names().size()) == (k == 1));  // reinmax is for one choice
  }
}
