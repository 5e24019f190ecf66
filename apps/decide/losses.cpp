#include <cotape/apps/decide/losses.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/layer/rule_layer.h>
#include <cotape/solvers/losses/fenchel_young.h>
#include <cotape/solvers/perturb/sum_of_gamma.h>
#include <cotape/solvers/rules/aimle.h>
#include <cotape/solvers/rules/blackbox.h>
#include <cotape/solvers/rules/identity.h>
#include <cotape/solvers/rules/imle.h>
#include <cotape/solvers/rules/perturbed.h>

#include <cmath>

namespace cotape::app {
namespace {

// |⟨c, y⟩ − z*|, a mean over the batch.
Var regret_loss(Var y, const DecisionBatch& batch) {
  return l1_loss(sum(y * batch.costs, {-1}), batch.values, Reduction::mean);
}
Var squared_decisions(Var y, const DecisionBatch& batch) { return mean(square(y - batch.decisions)); }
Var absolute_decisions(Var y, const DecisionBatch& batch) { return l1_loss(y, batch.decisions, Reduction::mean); }

// A loss of the decisions that a rule makes.
template <RuleType Rule>
DecisionLoss through(const char* name, const Solver& solver, Rule rule, Var (*loss)(Var, const DecisionBatch&)) {
  const RuleLayer layer(solver, NamedRule(name, std::move(rule)));
  return {[layer, loss](const DecisionBatch& batch, Rng& rng) {
            const Samples y = layer(batch.predicted, batch.data, rng);
            return loss(y.mean(), batch);
          },
          [layer] { return layer.diagnostics(); }};
}

}  // namespace

const std::vector<DecisionLossKind>& decision_losses() {
  static const std::vector<DecisionLossKind> kinds = {
      {"mse", "Two-stage", "mean squared error of the costs; no solver", std::nullopt},
      {"spo-plus", "SPO+", "Fenchel-Young without noise at twice the predicted less the true costs",
       PublishedFigure{7.59, 165}},
      {"pfyl", "PFYL", "Fenchel-Young, perturbed", PublishedFigure{7.29, 297}},
      {"dpo", "DPO", "squared error of the mean of perturbed decisions, with its own Jacobian",
       PublishedFigure{9.88, 306}},
      {"dbb", "DBB", "regret through Blackbox", PublishedFigure{15.12, std::nan("")}},
      {"nid", "NID", "regret through Identity, without a projection", PublishedFigure{8.90, 156}},
      {"imle", "I-MLE", "absolute error of the mean of perturbed decisions, through I-MLE",
       PublishedFigure{12.07, std::nan("")}},
      {"aimle", "AIMLE", "the same through adaptive I-MLE", PublishedFigure{7.24, 614}}};
  return kinds;
}

const DecisionLossKind& decision_loss(const std::string& name) {
  for (const DecisionLossKind& kind : decision_losses())
    if (name == kind.name) return kind;
  fail<ValueError>("no loss is named ", name);
}

DecisionLoss make_decision_loss(const std::string& name, const Solver& solver, const DecisionLossSettings& settings) {
  const auto sigma = static_cast<real>(settings.sigma);
  const std::int64_t samples = settings.samples;
  if (name == "mse")
    return {[](const DecisionBatch& batch, Rng&) { return mean(square(batch.predicted - batch.costs)); },
            [] { return SolverDiagnostics(); }};
  const auto oracle = std::make_shared<Oracle>(solver);
  const auto diagnostics = [oracle] { return oracle->diagnostics(); };
  if (name == "spo-plus")
    return {[oracle](const DecisionBatch& batch, Rng& rng) {
              return fenchel_young(BatchOracle(oracle, batch.data), 2 * batch.predicted - batch.costs, batch.decisions,
                                   {.epsilon = 0}, rng);
            },
            diagnostics};
  if (name == "pfyl")
    return {[oracle, sigma, samples](const DecisionBatch& batch, Rng& rng) {
              return fenchel_young(BatchOracle(oracle, batch.data), batch.predicted, batch.decisions,
                                   {.epsilon = sigma, .samples = samples}, rng);
            },
            diagnostics};
  if (name == "dpo") return through("dpo", solver, Perturbed{.sigma = sigma, .samples = samples}, squared_decisions);
  if (name == "dbb") return through("dbb", solver, Blackbox{.lambda = static_cast<real>(settings.lambda)}, regret_loss);
  if (name == "nid") return through("nid", solver, Identity{}, regret_loss);
  // PyEPO adds this noise to costs; with scores the sign is the other one.
  const Noise noise = SumOfGamma{.k = 5, .tau = 1};
  const real tau = solver.traits().sense == Sense::minimise ? -sigma : sigma;
  if (name == "imle")
    return through(
        "imle", solver,
        Imle{.lambda = static_cast<real>(settings.imle_lambda), .noise = noise, .tau = tau, .samples = samples},
        absolute_decisions);
  if (name == "aimle")
    return through("aimle", solver, Aimle{.noise = noise, .tau = tau, .samples = samples}, absolute_decisions);
  fail<ValueError>("no loss is named ", name);
}

}  // namespace cotape::app
