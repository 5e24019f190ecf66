#pragma once
#include <cstdint>
#include <type_traits>
#include <vector>

#include <cotape/solvers/quadratic/branch_and_bound.h>
#include <cotape/solvers/quadratic/local_search.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace quadratic {

// What one call of a solver works with. It is used again for the next call, so that this one allocates no memory.
struct Workspace {
  EdgeCosts costs;
  LocalSearch local_search;
  BranchAndBound branch_and_bound;
  Places places;
  std::vector<double> node_costs, edge_costs;  // of one instance, without padding
};

// How long a local search goes on before the exact one: from so many matchings, so many steps for each row.
struct Effort {
  std::int64_t starts;
  std::int64_t steps_per_row;
};

// Whether a bound would not need too much memory.
inline bool bound_fits(std::int64_t rows, std::int64_t columns, bool partial) {
  constexpr std::int64_t max_numbers = std::int64_t{1} << 25;
  const std::int64_t labels = columns + (partial ? 1 : 0), padded = padded_size<double>(labels);
  return rows <= 1000 && columns <= 1000 && rows * rows * labels * padded <= max_numbers;
}

// Makes work.places, an allowed matching, the cheapest one; false when a limit ended the search before that was proven.
template <class Costs>
bool find_cheapest(const Costs& costs, const Effort& effort, const Limits& limits, Workspace& work) {
  constexpr std::int64_t steps_at_first = 10, root_passes = 300;  // steps: for each row
  work.local_search.improve(costs, 1, steps_at_first * costs.rows(), limits, work.places);
  BranchAndBound& exact = work.branch_and_bound;
  exact.begin(costs, limits, work.places);
  if constexpr (std::is_same_v<Costs, ProductCosts>) exact.use_symmetry(costs);
  bool proven = exact.raise_root(root_passes);
  if (!proven) {
    work.places = exact.best();
    work.local_search.improve(costs, effort.starts, effort.steps_per_row * costs.rows(), limits, work.places);
    exact.offer(work.places);
    proven = exact.run();
  }
  work.places = exact.best();
  return proven;
}

}  // namespace quadratic
}  // namespace COTAPE_PRECISION
}  // namespace cotape
