#pragma once
#include <memory>
#include <span>

#include <cotape/apps/playground/setup.h>
#include <cotape/engine/base/random.h>
#include <cotape/solvers/core/samples.h>
#include <cotape/solvers/layer/rule_layer.h>
#include <cotape/solvers/losses/fenchel_young.h>

namespace cotape::app {

// ---- Losses of a solution, which get their gradient from a rule ----------------------------------------------------
// What a rule makes of numbers x [rows, ...shape]. The loss is the mean over instances and over the rule's samples.
struct RuleOutcome {
  Var costs;
  Samples solutions;
  Var loss;
};
RuleOutcome solve_under(const Setup& setup, const RuleLayer& layer, Var x, Rng& rng);

// The loss of one solution of the solver's size, and the gradient of all of them [rows, ...], dy.
double loss_of(const Setup& setup, std::span<const real> solution);
Tensor loss_gradient(const Setup& setup, const Tensor& solution);

// ---- Losses of scores, which bring their own -----------------------------------------------------------------------
bool has_own_gradient(Loss loss);

// The mean over instances of Fenchel and Young's loss (solvers/losses/fenchel_young.h) of numbers x [rows, ...shape],
// with the settings of the state as its options.
struct OwnOutcome {
  Var costs;
  Var loss;
};
OwnOutcome own_loss(const Setup& setup, const std::shared_ptr<Oracle>& oracle, Var x,
                    const FenchelYoungOptions& options, Rng& rng);
FenchelYoungOptions fenchel_young_options(const Setup& setup);
// The settings that these are made of, with their defaults.
std::vector<RuleSetting> fenchel_young_settings();

// ---- Both -----------------------------------------------------------------------------------------------------------
// Costs with the sign of scores, projected; what a margin is given.
Var projected_scores(const Setup& setup, Var costs);

// Solver calls for one instance, forward and backward, of a step down the state's loss.
double calls_of_step(const Setup& setup);

}  // namespace cotape::app
