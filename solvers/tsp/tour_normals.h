#pragma once
#include <cstdint>
#include <span>

#include <cotape/engine/base/parallel.h>
#include <cotape/solvers/core/solver.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// The constraints that bind at a tour, in the formulation of Dantzig, Fulkerson and Johnson (1954): two edges at each
// city, 0 ≤ y ≤ 1, and of a set of m cities at most m − 1 edges, which binds for every piece of the tour; those of more
// than half the cities follow from the others. `cities`: which the tour visits, ascending; entry_of(i, j): where
// `solution` has the edge {i, j}, i < j.
void add_tour_normals(std::span<const std::int64_t> cities, std::span<const real> solution,
                      FunctionRef<std::int64_t(std::int64_t i, std::int64_t j)> entry_of, Normals& to);

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
