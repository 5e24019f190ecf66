#pragma once
#include <span>
#include <utility>
#include <vector>

#include <cotape/solvers/layer/differentiable.h>
#include <cotape/solvers/layer/named_rule.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A solver under a rule that is known at run time only, as differentiable() is for one that the compiler knows:
//   RuleLayer layer(TopK{.n = 20, .k = 10}, rule_named("imle"));
//   Samples z = layer(scores, rng);
// Copies share what they have learned and counted, clones do not.
class RuleLayer {
 public:
  // Throws ValueError, naming the rule, when it needs an ability that the solver does not have.
  RuleLayer(const Solver& solver, NamedRule rule, Projection projection = Projection::none);

  // Solutions, whatever the rule: one sample of rules that draw none, and of those that return the mean of theirs.
  // Throws what Differentiable throws.
  Samples operator()(Var x, Rng& rng) const { return (*this)(x, {}, rng); }
  Samples operator()(Var x, Instances data, Rng& rng) const { return layer_(x, std::move(data), rng); }

  const NamedRule& rule() const { return layer_.rule(); }
  const Solver& solver() const { return layer_.solver(); }
  // What the solver did since diagnostics().reset().
  SolverDiagnostics& diagnostics() const { return layer_.diagnostics(); }
  // Asks the solver about ties from now on, which takes time.
  void count_ties(bool on) const { layer_.count_ties(on); }

  // What the rule has learned, in entries that begin with "rule."; nothing for rules that do not learn.
  void save(Checkpoint& to) const { rule().save(to, "rule."); }
  void load(const Checkpoint& from) const;
  // LearnsFromShards
  void hold_back(bool on) const { rule().hold_back(on); }
  std::vector<double> take_notes() const { return rule().take_notes(); }
  void learn(std::span<const double> notes) const;
  // The same layer, which learns and counts by itself from here. Its counts start at 0.
  RuleLayer clone() const { return RuleLayer(solver(), rule().clone(), projection_); }

 private:
  Projection projection_;
  Differentiable<NamedRule> layer_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
