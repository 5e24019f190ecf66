#pragma once
#include <cotape/solvers/tsp/branch_and_bound.h>
#include <cotape/solvers/tsp/dynamic_programming.h>
#include <cotape/solvers/tsp/local_search.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// All that one thread needs to solve instances of one size, one after another, without new memory.
struct Workspace {
  EdgeCosts costs;
  DynamicProgramming dynamic_programming;
  LocalSearch local_search;
  BranchAndBound branch_and_bound;
  Tour tour;
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
