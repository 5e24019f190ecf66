#pragma once
#include <cotape/solvers/quadratic/matching_costs.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace quadratic {

// What assignments with these costs cost at least (P. C. Gilmore, "Optimal and suboptimal algorithms for the quadratic
// assignment problem", 1962; E. L. Lawler, "The quadratic assignment problem", 1963): each facility at each location
// pays for its flows as if the others stood where that is cheapest, and these costs are a linear assignment problem.
// O(n³).
double gilmore_lawler_bound(const ProductCosts& costs);

}  // namespace quadratic
}  // namespace COTAPE_PRECISION
}  // namespace cotape
