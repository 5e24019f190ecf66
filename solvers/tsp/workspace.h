#pragma once
#include <cstdint>
#include <vector>

#include <cotape/engine/base/real.h>
#include <cotape/solvers/tsp/branch_and_bound.h>
#include <cotape/solvers/tsp/dynamic_programming.h>
#include <cotape/solvers/tsp/local_search.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// What one call of a solver works with. It is used again for the next call, so that this one allocates no memory.
struct Workspace {
  EdgeCosts costs;
  DynamicProgramming dynamic_programming;
  LocalSearch local_search;
  BranchAndBound branch_and_bound;
  Tour tour;
  // Of an instance that has not all cities: those that it has, and the costs between them.
  std::vector<std::int64_t> cities;
  std::vector<real> costs_between;
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
