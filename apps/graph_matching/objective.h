#pragma once
#include <cotape/apps/graph_matching/batch.h>
#include <cotape/apps/graph_matching/options.h>
#include <cotape/solvers/layer/rule_layer.h>

namespace cotape::app {

// The solver of pairs with this layout: graph matching, or assignment where only points are matched. Where points may
// have no partner one that is not matched costs 0, so that pairs are matched whose affinity is positive.
Solver make_solver(const MatchingOptions& options, const GraphMatchingLayout& layout, bool partial);

// How costs become a loss, under the rule that the options name; keeps what the rule learns.
class MatchingObjective {
 public:
  MatchingObjective(const MatchingOptions& options, const GraphMatchingLayout& layout, bool partial);

  struct Result {
    Var loss;  // a mean over the pairs of sums over the pairs of points
    // Matchings of prepared costs [pairs, samples, size], of the rules that give some; else empty.
    Var matchings;
  };
  // Costs [pairs, size] are projected first, then get their margins, then go through the solver.
  Result operator()(Var costs, const PairBatch& batch, Rng& rng) const;

  // Of the rules that give matchings.
  const std::optional<RuleLayer>& layer() const { return layer_; }
  SolverDiagnostics& diagnostics() const { return layer_ ? layer_->diagnostics() : oracle_->diagnostics(); }

  void save(Checkpoint& checkpoint) const;
  void load(const Checkpoint& checkpoint);

 private:
  Var prepare(Var costs, const PairBatch& batch, Rng& rng) const;

  MatchingOptions options_;
  GraphMatchingLayout layout_;
  std::optional<RuleLayer> layer_;
  std::shared_ptr<Oracle> oracle_;  // of the Fenchel-Young loss
};

}  // namespace cotape::app
