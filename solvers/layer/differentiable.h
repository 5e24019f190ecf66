#pragma once
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/solvers/core/rule.h>
#include <cotape/solvers/perturb/projections.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A solver under a gradient rule, called like a function on a tape:
//   auto topk = differentiable(TopK{.n = 20, .k = 10}, Identity{}, Projection::standardize);
//   Var z = topk(scores);
// A maximising solver takes scores, a minimising one costs; gradients flow to what it was given. The last axes are the
// solver's shape, all before them count instances. Copies share one oracle and its diagnostics.
//
// Problems that bring more than their costs: a solver with a type Instance takes one value per instance beside them,
//   Var chosen = layer(values, instances);      // std::vector<Knapsack::Instance>, or Instances
// which the samples of a rule share and the backward pass keeps.
template <RuleType Rule>
class Differentiable {
 public:
  Differentiable(Solver solver, Rule rule, Projection projection = Projection::none)
      : oracle_(std::make_shared<Oracle>(std::move(solver))), rule_(std::move(rule)), projection_(projection) {
    if constexpr (NeedsAbilities<Rule>)
      for (const Ability what : Rule::needs) oracle_->solver().require(what, "differentiable");
    if constexpr (ChecksSolver<Rule>) rule_.check_solver(oracle_->solver());
    if constexpr (LearningRule<Rule>) rule_.report(oracle_->diagnostics());
  }

  // Solutions, of the input's shape. Throws ShapeError when the shape does not end in the solver's, ValueError for a
  // non-finite input, an invalid projection, or instance data of the wrong number or type, SolverError for an
  // infeasible instance.
  Var operator()(Var x, Instances data = {}) const requires DeterministicRule<Rule> {
    const BatchOracle oracle(oracle_, std::move(data));
    return rule_(scores(x, oracle), oracle);
  }
  // Solutions of perturbed scores: Samples, or, of a rule that returns their mean, Var.
  auto operator()(Var x, Rng& rng) const requires SamplingRule<Rule> { return (*this)(x, {}, rng); }
  auto operator()(Var x, Instances data, Rng& rng) const requires SamplingRule<Rule> {
    const BatchOracle oracle(oracle_, std::move(data));
    return rule_(scores(x, oracle), oracle, rng);
  }

  const Rule& rule() const { return rule_; }
  const Solver& solver() const { return oracle_->solver(); }
  // What the solver did since diagnostics().reset().
  SolverDiagnostics& diagnostics() const { return oracle_->diagnostics(); }
  // Asks the solver about ties from now on, which takes time.
  void count_ties(bool on) const { oracle_->count_ties(on); }

 private:
  Var scores(Var x, const BatchOracle& oracle) const {
    return project(oracle.traits().sense == Sense::minimise ? neg(x) : x, projection_, oracle);
  }

  std::shared_ptr<Oracle> oracle_;
  Rule rule_;
  Projection projection_;
};

// Wraps a solver under a rule. A rule that needs an ability which the solver's type lacks does not compile; a Solver,
// whose type is not known, is asked at run time and throws ValueError.
template <class S, RuleType Rule>
Differentiable<Rule> differentiable(S solver, Rule rule, Projection projection = Projection::none) {
  if constexpr (NeedsAbilities<Rule> && !std::same_as<S, Solver>)
    static_assert(has_all_abilities<S>(Rule::needs),
                  "this rule needs an ability that the solver does not have: compare Rule::needs with abilities.h");
  return {Solver(std::move(solver)), std::move(rule), projection};
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
