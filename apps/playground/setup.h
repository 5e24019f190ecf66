#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cotape/apps/playground/problem.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/core/samples.h>
#include <cotape/solvers/layer/rule_layer.h>
#include <cotape/solvers/perturb/projections.h>

namespace cotape::app {

enum class Loss { hamming, l1, l2 };
enum class Margin { none, informed, noise };

// All that a state says besides how it is drawn.
struct Setup {
  PlaygroundProblem problem;
  Tensor wanted = {};  // [rows, ...the solver's shape]
  Loss loss = Loss::hamming;
  Projection projection = Projection::none;
  Margin margin = Margin::none;
  real alpha = 0;            // of the margin
  RuleValues settings = {};  // of rules, those that have them
  std::string rule = {};     // the one that steps are taken under
  double rate = 0;           // of these steps
  std::uint64_t seed = 1;
};

// Entries besides those of read_problem, all but `wanted` with a default:
//   wanted      [rows, ...]: the wanted solution; none: the solver's own
//   loss        hamming, l1, l2
//   projection  none, center, unit_norm, standardize
//   margin      none, informed, noise;  alpha ≥ 0
//   settings    of rules, by their names in the rule table, the step λ and all others
//   rule        a name of the rule table;  rate ≥ 0;  seed
// Throws ValueError, which names the entry.
Setup read_setup(const Fields& state);

// The names of losses that make sense for solutions of the problem, and of projections that its answers are invariant
// to.
std::vector<std::string_view> losses_for(const PlaygroundProblem& problem);
std::vector<std::string_view> projections_for(const Solver& solver);
std::string_view name_of(Loss loss);
std::string_view name_of(Projection projection);
std::string_view name_of(Margin margin);

// Throws ValueError when no rule has that name.
void check_rule_name(const std::string& name);

// The rule of that name with the settings. Throws ValueError when there is none, or it is not for the solver.
NamedRule rule_of(const Setup& setup, const std::string& name);

// Solver calls of the rule for one instance, forward and backward; of a rule that does not say, as Regularized, whose
// search takes n⁴ steps for n entries at worst, as many as take that long.
double calls_of(const Setup& setup, const NamedRule& rule);
// Throws ValueError when so many solver calls are more than a request may ask for.
void check_work(const Setup& setup, double calls);

// Scores in front of the rule: costs with their sign, projected, with the margin. θ: x's, before all that.
Var projected_scores(const Setup& setup, Var costs);

// What a rule makes of numbers x [rows, ...shape]. The loss is the mean over instances and over the rule's samples.
struct Outcome {
  Var costs;
  Samples solutions;
  Var loss;
};
Outcome solve_under(const Setup& setup, const RuleLayer& layer, Var x, Rng& rng);

// The loss of solutions [..., rows, ...], of the rows' mean and of the mean over all axes before them.
Var loss_of(Loss loss, Var solutions, Var wanted);
// One solution's, and its gradient dy: both of the solver's size.
double loss_of(Loss loss, std::span<const real> solution, std::span<const real> wanted);
Tensor loss_gradient(Loss loss, const Tensor& solution, const Tensor& wanted);

}  // namespace cotape::app
