#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <cotape/apps/decide/losses.h>
#include <cotape/apps/decide/problems.h>
#include <cotape/nn/optim/plateau.h>
#include <cotape/solvers/losses/regret.h>

namespace cotape::app {

struct StudySettings {
  std::int64_t epochs = 20;
  std::int64_t batch = 32;
  double rate = 1e-2;  // of Adam
  DecisionLossSettings losses = {};
  // How the rate falls with the regret on the validation set, after each epoch; its own rate is not looked at.
  std::optional<PlateauOptions> plateau = {};
  // Whether a solver with a warm start begins with the last solution of each training instance, the right one at first.
  bool warm_starts = true;
  TiedDecisions ties = TiedDecisions::solvers_own;  // which of several best decisions is judged
};

// What one loss made of one problem.
struct DecisionResult {
  std::string loss;
  std::vector<double> regret;  // before the first and after each epoch: Σ regret / Σ |z*| of the test instances
  std::int64_t chosen = 0;     // the epoch that counts: the last, or the best on the validation set
  double seconds = 0;          // of training alone
  std::int64_t solves = 0;     // instances solved in training
  std::vector<double> predicted = {};  // of the test instance that is shown, then: its costs, …
  std::vector<double> decision = {};   // … and what is done

  double final_regret() const { return regret[static_cast<std::size_t>(chosen)]; }
};

// All but the name as numbers, for another process, and back. A result has regrets, and as many predicted costs as
// decisions.
std::vector<double> numbers_of(const DecisionResult& result);
DecisionResult decision_result(const std::string& loss, std::span<const double> numbers);

// A problem with the right decisions of all its instances: the program's, or one of your own, with any solver.
class DecisionStudy {
 public:
  // Throws ShapeError when shapes do not fit each other or the solver, ValueError for costs that are not finite or data
  // of the wrong number or type, SolverError for an instance without a solution.
  explicit DecisionStudy(DecisionProblem problem);

  // Trains a linear model by a loss: Adam, shuffled batches, weights and biases at first uniform in ±1/√features. With
  // a validation set, the epoch that is best there counts, of equally good ones the first, beginning with epoch 1.
  // Works on one thread when called by without_threads, and may be called from several threads at once. `stopped` is
  // asked before each step whether to end early. Instance `shown` of the test set is shown. Throws ValueError for a
  // loss that is not there, settings that it does not take, an instance outside the test set, and a plateau without a
  // validation set.
  DecisionResult train(const std::string& loss, const StudySettings& settings, std::int64_t shown, std::uint64_t seed,
                       const std::function<bool()>& stopped = {}) const;

  const DecisionProblem& problem() const { return problem_; }
  const Tensor& test_decisions() const { return test_decisions_; }

 private:
  DecisionProblem problem_;
  Tensor decisions_, values_, test_decisions_, validation_decisions_;
};

}  // namespace cotape::app
