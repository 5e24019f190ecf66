#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <cotape/engine/base/parallel.h>
#include <cotape/solvers/core/solver.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// Tours as solutions, wherever they have their edges: entry_of(i, j) is the place of the edge {i, j}, i < j. `cities`:
// those that a tour visits, ascending, 3 at least.
using EntryOf = FunctionRef<std::int64_t(std::int64_t i, std::int64_t j)>;

// The cities in the order in which the tour visits them, from the first on. Throws SolverError when it is no tour.
std::vector<std::int64_t> tour_of(std::span<const std::int64_t> cities, std::span<const real> solution,
                                  EntryOf entry_of);

// The constraints that bind at a tour, in the formulation of Dantzig, Fulkerson and Johnson (1954): two edges at each
// city, 0 ≤ y ≤ 1, and, unless `subtours` are left out, of a set of m cities at most m − 1 edges, which binds for every
// piece of the tour; those of more than half the cities follow from the others. Throws as tour_of().
void add_tour_normals(std::span<const std::int64_t> cities, std::span<const real> solution, EntryOf entry_of,
                      Normals& to, bool subtours = true);

// 2-opt moves: a part of the tour is gone through the other way. So many are there for n cities.
std::int64_t two_opt_moves(std::int64_t n);
// The edges {a, b} and {c, d} are replaced by {a, c} and {b, d}.
struct EdgeExchange {
  std::int64_t a = 0, b = 0, c = 0, d = 0;
};
EdgeExchange two_opt_move(std::span<const std::int64_t> tour, std::int64_t which);

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
