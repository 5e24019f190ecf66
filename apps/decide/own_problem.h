#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include <cotape/engine/base/tensor.h>
#include <cotape/solvers/core/solver.h>

namespace cotape::app {

// Which solver decides by a user's own costs.
struct OwnSolverKind {
  const char* name;
  const char* about;
};
const std::vector<OwnSolverKind>& own_solver_kinds();

struct OwnProblemSettings {
  std::filesystem::path folder = {};
  std::string solver = "top-k";
  std::int64_t k = 1;  // how many top-k chooses
};

// A user's own data, and the solver for them.
struct OwnProblem {
  Solver solver;
  Tensor features;  // [instances, features] or [instances, costs, features]
  Tensor costs;     // [instances, …solver's shape]
};

// Reads NAME.npy, NAME.csv or NAME.csv.gz of the folder: "features"; "costs" [instances, costs]; "weights"
// [dimensions, items] and "capacities" [1, dimensions] of a knapsack; "edges" [edges, 2] of a graph, from and to, nodes
// from 0 on.
// Throws FileError, naming file and line, for what is missing or does not fit; ValueError for what a solver refuses.
OwnProblem read_own_problem(const OwnProblemSettings& settings);

}  // namespace cotape::app
