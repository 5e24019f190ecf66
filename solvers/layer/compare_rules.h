#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <cotape/engine/inspect/inspection.h>
#include <cotape/solvers/layer/named_rule.h>
#include <cotape/solvers/perturb/projections.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What one rule made of the instances.
struct RuleAnswer {
  struct Call {
    bool backward = false;
    Tensor scores = {};
    Tensor solutions = {};
  };
  std::string name = {};
  Tensor solutions = {};               // of x's shape, or with the rule's sample axis: [batch, samples, ...]
  Tensor gradient = {};                // with respect to the scores that the rule was given, projected or not
  Tensor input_gradient = {};          // with respect to x
  double zero_entries = 0;             // share of the gradient's entries that are exactly 0
  SolverDiagnostics diagnostics = {};  // solver calls, time, λ, share of instances without a gradient
  std::vector<Call> calls = {};        // every solver call: what the rule looked at
};

// Several rules on the same instances under the same cotangent.
struct RuleComparison {
  SolverTraits solver = {};
  std::vector<Drawing> drawings = {};  // of the first instances; one where all have the same
  Tensor x = {};                       // scores, or costs of a minimising solver
  Tensor scores = {};                  // what the rules were given: in score form, projected
  Tensor cotangent = {};               // dy
  std::vector<RuleAnswer> answers = {};
};

struct CompareOptions {
  Projection projection = Projection::none;
  std::uint64_t seed = 1;  // each rule draws the same noise
  Instances data = {};     // one value per instance, for a solver that takes some
};

// Solves x[batch, ...instance] under each rule, and sends the same cotangent dy, of x's shape, back through it: that of
// ℓ = ⟨dy, y⟩, or ⟨dy, mean_s y_s⟩ where a rule draws samples.
// Every rule learns for itself alone: what `rules` hold stays as it is. All rules of the library: rule_table().
// Throws ShapeError when x does not end in the solver's shape or dy is not of x's, and what the rules throw.
RuleComparison compare_rules(const Solver& solver, const Tensor& x, const Tensor& cotangent,
                             const std::vector<NamedRule>& rules, const CompareOptions& options = {});

// The comparison as a page shows it: append it to Inspection::comparisons.
SideBySide side_by_side(const RuleComparison& comparison, std::string title);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
