#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <cotape/apps/decide/own_problem.h>
#include <cotape/engine/base/tensor.h>
#include <cotape/solvers/core/solver.h>
#include <cotape/solvers/relax/davis_yin.h>

namespace cotape::app {

// A model's decisions for features, [instances, …solver's shape].
using DecisionPolicy = std::function<Tensor(const Tensor& features)>;

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
  // Whose corners are all decisions, where the solver's problem is one of equations and bounds and it is known.
  std::optional<EquationPolytope> polytope = {};
  // Of costs that are never negative: how large they are. Models then predict typical_cost · e^(what is linear in the
  // features), and noise of pfyl and dpo multiplies.
  std::optional<real> typical_cost = {};
  // Where decisions change what comes after: what is lost by them, as a share of what the right ones bring, in place of
  // the regret of each test instance by itself.
  std::function<double(const DecisionPolicy&)> test_regret = {};
};

struct ProblemSettings {
  std::int64_t train = 1000;    // instances to learn from
  std::int64_t test = 1000;     // instances to be judged on
  int degree = 4;               // of the polynomial that makes costs of features
  double noise = 0.5;           // half width of the factors that costs are multiplied with
  bool subtours = false;        // whether the cone of CaVE at a tour has the constraints of subtours, too
  OwnProblemSettings own = {};  // of the problem "own"; its folder holds Data.npz for "prices…"
};

struct ProblemKind {
  const char* name;
  const char* about;
  bool needs_files = false;   // of --data
  bool takes_files = false;   // of --data, where that is given
  bool combinatorial = true;  // whether its solver has Ability::normals and neighbours
  bool polytope = false;      // whether it has one
};
// Every problem of --problems.
const std::vector<ProblemKind>& problem_kinds();
// The problem of that name, generated, or read, and divided from this seed as its publication does. Throws ValueError
// when there is none, or it wants a folder or more instances than there are, FileError for files that are missing or
// broken.
DecisionProblem make_problem(const std::string& name, const ProblemSettings& settings, std::uint32_t seed);

}  // namespace cotape::app
