#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <cotape/engine/base/random.h>
#include <cotape/engine/tape/tape.h>
#include <cotape/solvers/core/diagnostics.h>
#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/relax/davis_yin.h>

namespace cotape::app {

struct DecisionLossSettings {
  double sigma = 1;           // scale of the noise
  std::int64_t samples = 3;   // perturbed solutions an instance
  double lambda = 20;         // of Blackbox
  double imle_lambda = 10;    // of I-MLE
  double pg_step = 0.1;       // h of PG, along the true costs
  double solve_ratio = 0.05;  // share of the batches whose solutions a pool grows by
  double margin = 0;          // of ranking in pairs
  double aimle_nonzeros = 1;  // that AIMLE wants in a sample's difference
  double temperature = 1;     // of ranking as a list; below 0 from the worst on
  double strength = 1;        // of the quadratic penalty
  double mcmc_temperature = 1;
  std::int64_t mcmc_moves = 100;  // of each chain
  double inner_ratio = 0.2;       // of CaVE+ and CaVE Hybrid: how far targets are moved inside the cone
  double project_ratio = 0.3;     // of CaVE Hybrid: share of the batches whose targets are projections

  bool operator==(const DecisionLossSettings&) const = default;
};

// A batch of instances: predicted and true costs, the right decisions and what they cost.
struct DecisionBatch {
  Var predicted;  // [batch, …solver's shape]
  Var costs;
  Var decisions;
  Var values;  // [batch]
  Instances data = {};
  std::span<const std::int64_t> examples = {};  // which training instances they are
};

// A loss of a batch as one number, and what its solver did. Everything it learns is its own.
struct DecisionLoss {
  std::function<Var(const DecisionBatch& batch, Rng& rng)> loss;
  std::function<SolverDiagnostics()> diagnostics;
};

// What a loss is made for: a solver and the right decisions of the training instances, [instances, …], with which pools
// of solutions begin. `own_data`: instances bring data, so that each has solutions of its own.
struct DecisionLossProblem {
  const Solver& solver;
  const Tensor& decisions;
  bool own_data = false;
  const EquationPolytope* polytope = nullptr;  // whose corners are all decisions; null: not known
  bool positive = false;                       // whether costs are never negative, so that noise multiplies
};

// A published mean: regret in percent of the optimal value, and seconds of 20 epochs; NaN: not given.
struct PublishedFigure {
  double regret;
  double seconds;
};

struct DecisionLossKind {
  const char* name;   // as --losses and the files have it
  const char* title;  // as people read it
  const char* about;
  std::optional<PublishedFigure> path;  // PyEPO, notebook 03: path, degree 4, noise 0.5, 1000 + 1000 instances
  DecisionLoss (*make)(const DecisionLossProblem& problem, const DecisionLossSettings& settings);
  std::optional<Ability> needs = {};  // for solvers that have it alone
  bool needs_polytope = false;        // for problems that have one alone
};
// Every loss of --losses.
const std::vector<DecisionLossKind>& decision_losses();
// The loss of that name. Throws ValueError when there is none.
const DecisionLossKind& decision_loss(const std::string& name);

}  // namespace cotape::app
