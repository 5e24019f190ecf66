#include <cotape/apps/decide/losses.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/layer/rule_layer.h>
#include <cotape/solvers/losses/cave.h>
#include <cotape/solvers/losses/contrastive.h>
#include <cotape/solvers/losses/fenchel_young.h>
#include <cotape/solvers/losses/learning_to_rank.h>
#include <cotape/solvers/losses/mcmc_loss.h>
#include <cotape/solvers/losses/perturbation_gradient.h>
#include <cotape/solvers/losses/sparsemap.h>
#include <cotape/solvers/losses/spo_plus.h>
#include <cotape/solvers/perturb/sum_of_gamma.h>
#include <cotape/solvers/relax/davis_yin.h>
#include <cotape/solvers/rules/aimle.h>
#include <cotape/solvers/rules/blackbox.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/rules/imle.h>
#include <cotape/solvers/rules/perturbed.h>
#include <cotape/solvers/rules/regularized.h>

#include <cmath>

namespace cotape::app {
namespace {

using Problem = DecisionLossProblem;
using Settings = DecisionLossSettings;

// ---- Losses of a decision that a rule makes -----------------------------------------------------------------------

// |⟨c, y⟩ − z*|, a mean over the batch.
Var regret_loss(Var y, const DecisionBatch& batch) {
  const std::int64_t instances = batch.values.shape()[0];
  const Var terms = reshape(y * batch.costs, {instances, y.shape().size() / instances});
  return l1_loss(sum(terms, {-1}), batch.values, Reduction::mean);
}
Var squared_decisions(Var y, const DecisionBatch& batch) { return mean(square(y - batch.decisions)); }
Var absolute_decisions(Var y, const DecisionBatch& batch) { return l1_loss(y, batch.decisions, Reduction::mean); }

template <RuleType Rule>
DecisionLoss through(const Solver& solver, Rule rule, Var (*loss)(Var, const DecisionBatch&)) {
  const RuleLayer layer(solver, NamedRule("rule", std::move(rule)));
  return {[layer, loss](const DecisionBatch& batch, Rng& rng) {
            const Samples y = layer(batch.predicted, batch.data, rng);
            return loss(y.mean(), batch);
          },
          [layer] { return layer.diagnostics(); }};
}

// PyEPO adds this noise to costs; with scores the sign is the other one. To values the benchmark of Mandi et al. adds
// it.
const Noise& imle_noise() {
  static const Noise noise = SumOfGamma{.k = 5, .tau = 1};
  return noise;
}
real imle_scale(const Problem& problem, const Settings& settings) {
  const auto sigma = static_cast<real>(settings.sigma);
  return problem.solver.traits().sense == Sense::minimise ? -sigma : sigma;
}
Imle imle_rule(const Problem& problem, const Settings& settings) {
  return {.lambda = static_cast<real>(settings.imle_lambda),
          .noise = imle_noise(),
          .tau = imle_scale(problem, settings),
          .samples = settings.samples};
}

Perturbation perturbation(const Problem& problem) {
  return problem.positive ? Perturbation::multiplicative : Perturbation::additive;
}

DecisionLoss dpo(const Problem& problem, const Settings& settings) {
  return through(problem.solver,
                 Perturbed{.sigma = static_cast<real>(settings.sigma),
                           .samples = settings.samples,
                           .perturbation = perturbation(problem)},
                 squared_decisions);
}
DecisionLoss rfwo(const Problem& problem, const Settings& settings) {
  return through(problem.solver, Regularized{.strength = static_cast<real>(settings.strength)}, squared_decisions);
}
DecisionLoss dbb(const Problem& problem, const Settings& settings) {
  return through(problem.solver, Blackbox{.lambda = static_cast<real>(settings.lambda)}, regret_loss);
}
DecisionLoss nid(const Problem& problem, const Settings&) { return through(problem.solver, Identity{}, regret_loss); }
DecisionLoss imle(const Problem& problem, const Settings& settings) {
  return through(problem.solver, imle_rule(problem, settings), absolute_decisions);
}
DecisionLoss imle_regret(const Problem& problem, const Settings& settings) {
  return through(problem.solver, imle_rule(problem, settings), regret_loss);
}
DecisionLoss aimle(const Problem& problem, const Settings& settings) {
  return through(problem.solver,
                 Aimle{.noise = imle_noise(),
                       .tau = imle_scale(problem, settings),
                       .samples = settings.samples,
                       .adaptation = {.nonzeros = settings.aimle_nonzeros}},
                 absolute_decisions);
}

// ---- Losses that call the solver themselves ------------------------------------------------------------------------

// loss(oracle, batch, rng)
template <class Loss>
DecisionLoss solving(const Solver& solver, Loss loss) {
  const auto oracle = std::make_shared<Oracle>(solver);
  return {[oracle, loss](const DecisionBatch& batch, Rng& rng) {
            return loss(BatchOracle(oracle, batch.data), batch, rng);
          },
          [oracle] { return oracle->diagnostics(); }};
}

DecisionLoss spo_plus_loss(const Problem& problem, const Settings&) {
  return solving(problem.solver, [](const BatchOracle& oracle, const DecisionBatch& batch, Rng&) {
    return spo_plus(oracle, batch.predicted, batch.costs, batch.decisions);
  });
}
DecisionLoss pg(const Problem& problem, const Settings& settings) {
  const PerturbationGradientOptions options{.h = static_cast<real>(settings.pg_step)};
  return solving(problem.solver, [options](const BatchOracle& oracle, const DecisionBatch& batch, Rng&) {
    return perturbation_gradient(oracle, batch.predicted, batch.costs, options);
  });
}
DecisionLoss pfyl(const Problem& problem, const Settings& settings) {
  const FenchelYoungOptions options{
      .epsilon = static_cast<real>(settings.sigma), .samples = settings.samples, .perturbation = perturbation(problem)};
  return solving(problem.solver, [options](const BatchOracle& oracle, const DecisionBatch& batch, Rng& rng) {
    return fenchel_young(oracle, batch.predicted, batch.decisions, options, rng);
  });
}

DecisionLoss rfy(const Problem& problem, const Settings& settings) {
  const SparseMapOptions options{.strength = static_cast<real>(settings.strength)};
  return solving(problem.solver, [options](const BatchOracle& oracle, const DecisionBatch& batch, Rng&) {
    return sparsemap_loss(oracle, batch.predicted, batch.decisions, options);
  });
}
DecisionLoss mcmc(const Problem& problem, const Settings& settings) {
  const McmcLossOptions options{
      {.temperature = static_cast<real>(settings.mcmc_temperature), .moves = settings.mcmc_moves}};
  return solving(problem.solver, [options](const BatchOracle& oracle, const DecisionBatch& batch, Rng& rng) {
    return mcmc_loss(oracle, batch.predicted, batch.decisions, options, rng);
  });
}
DecisionLoss cave_with(const Problem& problem, double inner_ratio, double solve_ratio) {
  const CaveOptions options{.inner_ratio = static_cast<real>(inner_ratio),
                            .solve_ratio = static_cast<real>(solve_ratio)};
  return solving(problem.solver, [options](const BatchOracle& oracle, const DecisionBatch& batch, Rng& rng) {
    return cave(oracle, batch.predicted, batch.decisions, options, rng);
  });
}
DecisionLoss cave_exact(const Problem& problem, const Settings&) { return cave_with(problem, 0, 1); }
DecisionLoss cave_plus(const Problem& problem, const Settings& settings) {
  return cave_with(problem, settings.inner_ratio, 1);
}
DecisionLoss cave_hybrid(const Problem& problem, const Settings& settings) {
  return cave_with(problem, settings.inner_ratio, settings.project_ratio);
}

// ---- Losses over a pool of solutions, which grows ------------------------------------------------------------------

// loss(oracle, pool, batch, examples)
template <class Loss>
DecisionLoss pooled(const Problem& problem, const Settings& settings, Loss loss) {
  const std::int64_t count = problem.decisions.shape()[0];
  const auto pool = std::make_shared<SolutionPool>(problem.own_data ? SolutionPool(problem.solver, count)
                                                                    : SolutionPool(problem.solver));
  std::vector<std::int64_t> all;
  for (std::int64_t i = 0; problem.own_data && i < count; ++i) all.push_back(i);
  pool->add(problem.decisions, all);
  return solving(problem.solver, [pool, loss, ratio = settings.solve_ratio](const BatchOracle& oracle,
                                                                            const DecisionBatch& batch, Rng& rng) {
    const auto examples = pool->shared() ? std::span<const std::int64_t>() : batch.examples;
    pool->grow(oracle, batch.predicted.value(), ratio, rng, examples);
    return loss(oracle, *pool, batch, examples);
  });
}

using Examples = std::span<const std::int64_t>;

DecisionLoss nce_loss(const Problem& problem, const Settings& settings) {
  return pooled(problem, settings,
                [](const BatchOracle& o, const SolutionPool& pool, const DecisionBatch& b, Examples e) {
                  return nce(o, pool, b.predicted, b.decisions, e);
                });
}
DecisionLoss cmap_loss(const Problem& problem, const Settings& settings) {
  return pooled(problem, settings,
                [](const BatchOracle& o, const SolutionPool& pool, const DecisionBatch& b, Examples e) {
                  return cmap(o, pool, b.predicted, b.decisions, e);
                });
}
DecisionLoss cmap_costs(const Problem& problem, const Settings& settings) {
  return pooled(problem, settings,
                [](const BatchOracle& o, const SolutionPool& pool, const DecisionBatch& b, Examples e) {
                  return cmap(o, pool, b.predicted - b.costs, b.decisions, e);
                });
}
DecisionLoss ltr_pointwise(const Problem& problem, const Settings& settings) {
  return pooled(problem, settings,
                [](const BatchOracle& o, const SolutionPool& pool, const DecisionBatch& b, Examples e) {
                  return pointwise_ltr(o, pool, b.predicted, b.costs, e);
                });
}
DecisionLoss ltr_pairwise(const Problem& problem, const Settings& settings) {
  return pooled(
      problem, settings,
      [margin = settings.margin](const BatchOracle& o, const SolutionPool& pool, const DecisionBatch& b, Examples e) {
        return pairwise_ltr(o, pool, b.predicted, b.costs, margin, e);
      });
}
DecisionLoss ltr_difference(const Problem& problem, const Settings& settings) {
  return pooled(problem, settings,
                [](const BatchOracle& o, const SolutionPool& pool, const DecisionBatch& b, Examples e) {
                  return pairwise_difference_ltr(o, pool, b.predicted, b.costs, e);
                });
}
DecisionLoss ltr_listwise(const Problem& problem, const Settings& settings) {
  return pooled(
      problem, settings,
      [tau = settings.temperature](const BatchOracle& o, const SolutionPool& pool, const DecisionBatch& b, Examples e) {
        return listwise_ltr(o, pool, b.predicted, b.costs, tau, e);
      });
}

// ---- Losses without a solver ---------------------------------------------------------------------------------------

DecisionLoss dys(const Problem& problem, const Settings& settings) {
  if (!problem.polytope)
    fail<ValueError>("dys needs a problem whose decisions are the corners of equations and bounds");
  const DavisYinOptions options{.strength = static_cast<real>(settings.strength)};
  const bool minimises = problem.solver.traits().sense == Sense::minimise;
  return {[polytope = *problem.polytope, options, minimises](const DecisionBatch& batch, Rng&) {
            const Shape& shape = batch.predicted.shape();
            const Var costs = reshape(minimises ? batch.predicted : -batch.predicted, {shape[0], polytope.size()});
            return squared_decisions(reshape(davis_yin(costs, polytope, options), shape), batch);
          },
          [] { return SolverDiagnostics(); }};
}
DecisionLoss mse(const Problem&, const Settings&) {
  return {[](const DecisionBatch& batch, Rng&) { return mean(square(batch.predicted - batch.costs)); },
          [] { return SolverDiagnostics(); }};
}

PublishedFigure untimed(double regret) { return {regret, std::nan("")}; }

}  // namespace

const std::vector<DecisionLossKind>& decision_losses() {
  static const std::vector<DecisionLossKind> kinds = {
      {"mse", "Two-stage", "mean squared error of the costs; no solver", std::nullopt, mse},
      {"spo-plus", "SPO+", "the convex bound of the regret, with true costs", PublishedFigure{7.59, 165},
       spo_plus_loss},
      {"pg", "PG", "difference of the best value along the true costs", untimed(14.16), pg},
      {"pfyl", "PFYL", "Fenchel-Young, perturbed", PublishedFigure{7.29, 297}, pfyl},
      {"dpo", "DPO", "squared error of the mean of perturbed decisions, with its own Jacobian",
       PublishedFigure{9.88, 306}, dpo},
      {"rfwo", "RFWO", "squared error of the best mean of decisions under a quadratic penalty, with its own Jacobian",
       PublishedFigure{7.40, 3363}, rfwo},
      {"rfy", "RFY", "Fenchel-Young, with a quadratic penalty", PublishedFigure{7.79, 3347}, rfy},
      {"dys",
       "DYS-Net",
       "squared error of the best mean of decisions under a quadratic penalty, found by splitting; no solver",
       std::nullopt,
       dys,
       {},
       true},
      {"mcmc", "MCMC", "Fenchel-Young, by a Markov chain over a local search's moves; no solver", std::nullopt, mcmc,
       Ability::neighbours},
      {"cave", "CaVE", "angle to the cone of the costs for which the decision is right; no solver", std::nullopt,
       cave_exact, Ability::normals},
      {"cave-plus", "CaVE+", "the same, to a target inside the cone", std::nullopt, cave_plus, Ability::normals},
      {"cave-hybrid", "CaVE Hybrid", "the same, of most batches without projecting", std::nullopt, cave_hybrid,
       Ability::normals},
      {"dbb", "DBB", "regret through Blackbox", untimed(15.12), dbb},
      {"nid", "NID", "regret through Identity, without a projection", PublishedFigure{8.90, 156}, nid},
      {"imle", "I-MLE", "absolute error of the mean of perturbed decisions, through I-MLE", untimed(12.07), imle},
      {"imle-regret", "I-MLE, regret", "regret of the mean of perturbed decisions, through I-MLE", std::nullopt,
       imle_regret},
      {"aimle", "AIMLE", "absolute error of the mean of perturbed decisions, through adaptive I-MLE",
       PublishedFigure{7.24, 614}, aimle},
      {"nce", "NCE", "the right decision against the mean of a pool of solutions", untimed(10.29), nce_loss},
      {"cmap", "CMAP", "the right decision against the best of a pool, by predicted costs", untimed(12.97), cmap_loss},
      {"cmap-costs", "CMAP, true costs", "the same by predicted less true costs", std::nullopt, cmap_costs},
      {"ltr-pointwise", "LTR, pointwise", "squared error of the values of a pool's solutions",
       PublishedFigure{8.47, 17}, ltr_pointwise},
      {"ltr-pairwise", "LTR, pairwise", "a pool's best solution against each worse one, by a margin",
       PublishedFigure{9.73, 17}, ltr_pairwise},
      {"ltr-difference", "LTR, difference", "squared error of how far a pool's best lies from each worse one",
       std::nullopt, ltr_difference},
      {"ltr-listwise", "LTR, listwise", "cross-entropy of softmax over the values of a pool's solutions",
       PublishedFigure{9.59, 17}, ltr_listwise}};
  return kinds;
}

const DecisionLossKind& decision_loss(const std::string& name) {
  for (const DecisionLossKind& kind : decision_losses())
    if (name == kind.name) return kind;
  fail<ValueError>("no loss is named ", name);
}

}  // namespace cotape::app
