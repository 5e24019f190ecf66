#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <cotape/solvers/quadratic/limits.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct QuadraticAssignmentOptions {
  std::vector<double> linear = {};  // [n, n]: what each facility costs at each location by itself; empty: nothing
  QuadraticLimits limits = {};
  // Of the tabu search before the exact one: from so many assignments, so many steps for each facility; −1: n², but no
  // more than 1,000.
  std::int64_t starts = 8;
  std::int64_t steps_per_facility = -1;
};

// Where facilities go, and how that was found.
struct QuadraticAssignmentResult {
  std::vector<std::int64_t> location_of = {};  // [n]: of each facility, from 0
  double cost = 0;
  double lower_bound = 0;  // no assignment costs less, up to rounding
  bool optimal = false;    // whether that is proven: then it is the cost
  std::int64_t nodes = 0;  // of branch and bound
  double seconds = 0;
};

// The quadratic assignment problem in the form of T. C. Koopmans and M. Beckmann ("Assignment problems and the location
// of economic activities", 1957), as QAPLIB has it: n facilities go to n locations, p(i) each, so that
//   Σ_ik flow[i, k] · distance[p(i), p(k)] + Σ_i linear[i, p(i)]
// is smallest, in double precision; `flow` and `distance` are any finite matrices [n, n].
//
// A tabu search (local_search.h) finds an assignment, and branch and bound (branch_and_bound.h) a better one, or the
// proof that there is none; when a limit is reached the best one found is returned with optimal = false. Some 15
// facilities are usual for the proof, 20 to 30 where few flows are not 0. Costs that differ by less than 1e-11 of what
// the largest costs add up to count as equal. Memory is 16 · n⁴ bytes for a start; beyond 76 facilities there is no
// branch and bound, and the lower bound is that of P. C. Gilmore, 1962, and E. L. Lawler, 1963. A step of the search
// takes O(n²). Throws ShapeError unless the matrices have n · n numbers; ValueError for n < 1 or n > 2,000, numbers
// that are not finite, limits and starts that are not positive, and less than −1 steps.
QuadraticAssignmentResult solve_quadratic_assignment(std::span<const double> flow, std::span<const double> distance,
                                                     std::int64_t n, const QuadraticAssignmentOptions& options = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
