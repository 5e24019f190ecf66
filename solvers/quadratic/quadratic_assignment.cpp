#include <cotape/engine/base/error.h>
#include <cotape/solvers/quadratic/gilmore_lawler.h>
#include <cotape/solvers/quadratic/quadratic_assignment.h>
#include <cotape/solvers/quadratic/search.h>

#include <algorithm>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr const char* name = "solve_quadratic_assignment";
constexpr std::int64_t max_facilities = 2000;

void check_matrix(const char* what, std::span<const double> matrix, std::int64_t n) {
  if (std::ssize(matrix) != n * n)
    fail<ShapeError>(name, ": ", matrix.size(), " numbers of ", what, " for ", n, " x ", n);
  for (std::size_t k = 0; k < matrix.size(); ++k)
    if (!std::isfinite(matrix[k]))
      fail<ValueError>(name, ": ", what, " ", matrix[k], " at index ", k, " is not finite");
}

}  // namespace

QuadraticAssignmentResult solve_quadratic_assignment(std::span<const double> flow, std::span<const double> distance,
                                                     std::int64_t n, const QuadraticAssignmentOptions& options) {
  const auto start = quadratic::Clock::now();
  const quadratic::Limits limits(options.limits, name);
  if (n < 1 || n > max_facilities) fail<ValueError>(name, ": n = ", n, " is outside 1 … ", max_facilities);
  check_matrix("flow", flow, n);
  check_matrix("distance", distance, n);
  if (!options.linear.empty()) check_matrix("linear", options.linear, n);
  if (options.starts < 1) fail<ValueError>(name, ": starts = ", options.starts, " is not positive");
  if (options.steps_per_facility < -1)
    fail<ValueError>(name, ": steps_per_facility = ", options.steps_per_facility, " is less than -1");

  const std::int64_t steps_per_facility =
      options.steps_per_facility < 0 ? std::min<std::int64_t>(n * n, 1000) : options.steps_per_facility;
  quadratic::ProductCosts costs;
  costs.assign(flow, distance, options.linear, static_cast<std::int32_t>(n));
  quadratic::Workspace work;
  work.local_search.begin(costs, work.places);
  QuadraticAssignmentResult result;
  if (quadratic::bound_fits(n, n, false)) {
    result.optimal = find_cheapest(costs, {options.starts, steps_per_facility}, limits, work);
    result.lower_bound = costs.unscaled(work.branch_and_bound.lower_bound());
    result.nodes = work.branch_and_bound.nodes();
  } else {
    work.local_search.improve(costs, options.starts, steps_per_facility * n, limits, work.places);
    result.lower_bound = costs.unscaled(quadratic::gilmore_lawler_bound(costs));
  }
  result.location_of.assign(work.places.begin(), work.places.end());
  result.cost = costs.unscaled(costs.cost(work.places));
  result.seconds = std::chrono::duration<double>(quadratic::Clock::now() - start).count();
  return result;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
