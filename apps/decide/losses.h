#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <cotape/engine/base/random.h>
#include <cotape/engine/tape/tape.h>
#include <cotape/solvers/core/diagnostics.h>
#include <cotape/solvers/core/solver.h>

namespace cotape::app {

// A published mean: regret in percent of the optimal value, and seconds of 20 epochs.
struct PublishedFigure {
  double regret;
  double seconds;
};

struct DecisionLossKind {
  const char* name;   // as --losses and the files have it
  const char* title;  // as people read it
  const char* about;
  std::optional<PublishedFigure> path;  // PyEPO, notebook 03: path, degree 4, noise 0.5, 1000 + 1000 instances
};
// Every loss of --losses.
const std::vector<DecisionLossKind>& decision_losses();
// The loss of that name. Throws ValueError when there is none.
const DecisionLossKind& decision_loss(const std::string& name);

struct DecisionLossSettings {
  double sigma = 1;          // scale of the noise
  std::int64_t samples = 3;  // perturbed solutions an instance
  double lambda = 20;        // of Blackbox
  double imle_lambda = 10;   // of I-MLE
};

// A batch of instances: predicted and true costs, the right decisions and what they cost.
struct DecisionBatch {
  Var predicted;  // [batch, n]
  Var costs;      // [batch, n]
  Var decisions;  // [batch, n]
  Var values;     // [batch]
  Instances data = {};
};

// A loss of a batch as one number, and what its solver did. Everything it learns is its own.
struct DecisionLoss {
  std::function<Var(const DecisionBatch& batch, Rng& rng)> loss;
  std::function<SolverDiagnostics()> diagnostics;
};
// The loss of that name, as PyEPO's notebook uses it: regret as a mean over the batch for Blackbox and Identity, mean
// squared or absolute difference of all entries of the decisions for the others that solve through a rule.
DecisionLoss make_decision_loss(const std::string& name, const Solver& solver, const DecisionLossSettings& settings);

}  // namespace cotape::app
