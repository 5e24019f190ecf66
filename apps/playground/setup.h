#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cotape/apps/playground/problem.h>
#include <cotape/solvers/layer/named_rule.h>
#include <cotape/solvers/perturb/projections.h>

namespace cotape::app {

enum class Loss { hamming, l1, l2, regret, fenchel_young };
enum class Margin { none, informed, noise };

// All that a state says besides how it is drawn.
struct Setup {
  PlaygroundProblem problem;
  Tensor wanted = {};  // [rows, ...the solver's shape]
  Tensor truth = {};   // the same: the true costs, of a maximising solver scores
  Loss loss = Loss::hamming;
  Projection projection = Projection::none;
  Margin margin = Margin::none;
  real alpha = 0;            // of the margin
  RuleValues settings = {};  // of rules, those that have them
  std::string rule = {};     // the one that steps are taken under; of no use to a loss with a gradient of its own
  double rate = 0;           // of these steps
  std::uint64_t seed = 1;
};

// Entries besides those of read_problem, all but `wanted` with a default:
//   wanted      [rows, ...]: the wanted solution; none: nothing
//   truth       [rows, ...]: the true costs (of a maximising solver: scores), which the regret is of; none: 0 for what
//   is
//               wanted and 1 for all else (of a maximising solver: the wanted solution itself)
//   loss        hamming, l1, l2, regret, fenchel_young
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

// A setting of the state, or `otherwise` where it says nothing of it.
template <class T>
T setting_or(const Setup& setup, std::string_view name, T otherwise) {
  for (const auto& [setting, value] : setup.settings)
    if (const T* found = std::get_if<T>(&value); found && setting == name) return *found;
  return otherwise;
}

// Solver calls of the rule for one instance, forward and backward; of a rule that does not say, as Regularized, whose
// search takes n⁴ steps for n entries at worst, as many as take that long.
double calls_of(const Setup& setup, const NamedRule& rule);
// Throws ValueError when so many solver calls are more than a request may ask for.
void check_work(const Setup& setup, double calls);

}  // namespace cotape::app
