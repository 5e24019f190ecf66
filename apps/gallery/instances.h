#pragma once
#include <string>
#include <vector>

#include <cotape/apps/common/report/scene.h>
#include <cotape/solvers/core/solver.h>

namespace cotape::app {

// A small problem of one solver.
struct SolverExample {
  std::string name;  // of the picture's file
  Solver solver;
  Tensor costs;                    // as the solver wants them, of its shape
  std::vector<Point> places = {};  // of nodes and cities, in the unit square with y upwards
};

// One for every solver of the library, always the same.
std::vector<SolverExample> solver_examples();

}  // namespace cotape::app
