#pragma once
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// One instance's solution, written over numbers that are all `before`.
template <class S>
std::vector<real> solved(const S& solver, const std::vector<real>& cost, real before = 0) {
  std::vector<real> solution(cost.size(), before);
  solver.solve(cost, solution);
  return solution;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
