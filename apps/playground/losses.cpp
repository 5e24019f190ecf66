#include <cotape/apps/playground/losses.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/loss.h>
#include <cotape/engine/ops/reduce.h>
#include <cotape/solvers/losses/hamming.h>
#include <cotape/solvers/perturb/margins.h>

#include <cmath>

namespace cotape::app {
namespace {

struct Inputs {
  Var costs;    // of numbers x
  Var wanted;   // [rows, ...the solver's shape]
  Var changed;  // costs again, as the solver is to see them: projected, with the margin
};

Inputs inputs_of(const Setup& setup, Var x, Rng& rng) {
  const Var costs = costs_of(setup.problem, x).named("costs");
  const Var wanted = x.tape().constant(setup.wanted).named("wanted");
  Var scores = projected_scores(setup, costs);
  if (setup.margin == Margin::informed) scores = informed_margin(scores, wanted, setup.alpha, Sense::maximise);
  if (setup.margin == Margin::noise) {
    Rng noise = rng.split(1);
    scores = noise_margin(scores, setup.alpha, noise);
  }
  return {costs, wanted, setup.problem.minimises() ? neg(scores) : scores};
}

// The sum over solutions; all of one shape.
Var sum_of_losses(const Setup& setup, Var solutions, Var wanted, Var truth) {
  switch (setup.loss) {
    case Loss::hamming:
      return hamming_loss(solutions, wanted, Reduction::sum);
    case Loss::l1:
      return l1_loss(solutions, wanted, Reduction::sum);
    case Loss::l2:
      return l2_loss(solutions, wanted, Reduction::sum);
    case Loss::regret: {
      const Var more = solutions - wanted;
      return sum((setup.problem.minimises() ? more : neg(more)) * truth);
    }
    case Loss::fenchel_young:
      break;
  }
  fail<ValueError>("this loss is none of solutions");
}

}  // namespace

RuleOutcome solve_under(const Setup& setup, const RuleLayer& layer, Var x, Rng& rng) {
  const Inputs in = inputs_of(setup, x, rng);
  const Samples y = layer(in.changed, rng);
  const Var truth = setup.loss == Loss::regret ? x.tape().constant(setup.truth).named("true costs") : in.wanted;
  const Var sum = sum_of_losses(setup, y.all(), y.beside(in.wanted), y.beside(truth));
  return {in.costs, y, scale(sum, 1 / static_cast<real>(setup.problem.rows * y.count()))};
}

double loss_of(const Setup& setup, std::span<const real> solution) {
  double sum = 0;
  for (std::size_t i = 0; i < solution.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    const double s = solution[i], t = setup.wanted[at], cost = setup.truth[at];
    sum += setup.loss == Loss::hamming  ? s * (1 - t) + (1 - s) * t
           : setup.loss == Loss::l1     ? std::abs(s - t)
           : setup.loss == Loss::regret ? (setup.problem.minimises() ? s - t : t - s) * cost
                                        : (s - t) * (s - t) / 2;
  }
  return sum;
}

Tensor loss_gradient(const Setup& setup, const Tensor& solution) {
  Tape tape;
  const Var y = tape.variable(solution);
  tape.backward(sum_of_losses(setup, y, tape.constant(setup.wanted), tape.constant(setup.truth)));
  return y.gradient();
}

bool has_own_gradient(Loss loss) { return loss == Loss::fenchel_young; }

OwnOutcome own_loss(const Setup& setup, const std::shared_ptr<Oracle>& oracle, Var x,
                    const FenchelYoungOptions& options, Rng& rng) {
  const Inputs in = inputs_of(setup, x, rng);
  return {in.costs, fenchel_young(oracle, in.changed, in.wanted, options, rng)};
}

FenchelYoungOptions fenchel_young_options(const Setup& setup) {
  FenchelYoungOptions options;
  options.epsilon = static_cast<real>(setting_or<double>(setup, "sigma", options.epsilon));
  options.samples = setting_or(setup, "samples", options.samples);
  options.noise = setting_or(setup, "noise", options.noise);
  return options;
}

std::vector<RuleSetting> fenchel_young_settings() {
  const FenchelYoungOptions plain;
  return {{.name = "sigma",
           .value = static_cast<double>(plain.epsilon),
           .help = "size of the noise on the scores, 0: none, the structured perceptron",
           .range = RuleRange::non_negative},
          {.name = "samples",
           .value = plain.samples,
           .help = "solutions under noise for each instance",
           .range = RuleRange::positive},
          {.name = "noise", .value = plain.noise, .help = "distribution of the noise"}};
}

Var projected_scores(const Setup& setup, Var costs) {
  const SolverTraits& solver = setup.problem.traits();
  return project(solver.sense == Sense::minimise ? neg(costs) : costs, setup.projection, solver);
}

double calls_of_step(const Setup& setup) {
  return has_own_gradient(setup.loss) ? static_cast<double>(fenchel_young_options(setup).samples)
                                      : calls_of(setup, rule_of(setup, setup.rule));
}

}  // namespace cotape::app
