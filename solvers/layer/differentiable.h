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
template <RuleType Rule>
class Differentiable {
 public:
  Differentiable(Solver solver, Rule rule, Projection projection = Projection::none)
      : oracle_(std::make_shared<Oracle>(std::move(solver))), rule_(std::move(rule)), projection_(projection) {}

  // Solutions, of the input's shape. Throws ShapeError when the shape does not end in the solver's, ValueError for a
  // non-finite input or an invalid projection, SolverError for an infeasible instance.
  Var operator()(Var x) const requires DeterministicRule<Rule> { return rule_(scores(x), oracle_); }
  // Solutions of perturbed scores, with the rule's sample axis: [batch, samples, ...].
  Var operator()(Var x, Rng& rng) const requires SamplingRule<Rule> { return rule_(scores(x), oracle_, rng); }

  const Rule& rule() const { return rule_; }
  const Solver& solver() const { return oracle_->solver(); }
  // What the solver did since diagnostics().reset().
  SolverDiagnostics& diagnostics() const { return oracle_->diagnostics(); }
  // Asks the solver about ties from now on, which takes time.
  void count_ties(bool on) const { oracle_->count_ties(on); }

 private:
  Var scores(Var x) const {
    const SolverTraits& traits = oracle_->traits();
    return project(traits.sense == Sense::minimise ? neg(x) : x, projection_, traits);
  }

  std::shared_ptr<Oracle> oracle_;
  Rule rule_;
  Projection projection_;
};

template <RuleType Rule>
Differentiable<Rule> differentiable(Solver solver, Rule rule, Projection projection = Projection::none) {
  return {std::move(solver), std::move(rule), projection};
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
