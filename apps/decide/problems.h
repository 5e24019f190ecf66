#pragma once
#include <string>
#include <vector>

#include <cotape/engine/base/tensor.h>
#include <cotape/solvers/core/solver.h>

namespace cotape::app {

// Costs are not known when a decision is made, features are. Instances to learn from and others to be judged on.
struct DecisionProblem {
  Solver solver;
  // [instances, features], or [instances, costs, features], from which one model with one output predicts each cost.
  Tensor features;
  Tensor costs;  // [instances, ...solver's shape]
  Tensor test_features;
  Tensor test_costs;
  Instances data = {};  // of solvers whose problems bring more than their costs: one an instance
  Instances test_data = {};
  // Instances to choose the best epoch by; none: the last counts.
  Tensor validation_features = {};
  Tensor validation_costs = {};
  Instances validation_data = {};
};

struct ProblemSettings {
  std::int64_t train = 1000;  // instances to learn from
  std::int64_t test = 1000;   // instances to be judged on
  int degree = 4;             // of the polynomial that makes costs of features
  double noise = 0.5;         // half width of the factors that costs are multiplied with
};

struct ProblemKind {
  const char* name;
  const char* about;
};
// Every problem of --problems.
const std::vector<ProblemKind>& problem_kinds();
// The problem of that name, generated and divided as PyEPO does from this seed. Throws ValueError when there is none.
DecisionProblem make_problem(const std::string& name, const ProblemSettings& settings, std::uint32_t seed);

}  // namespace cotape::app
