#include <cotape/engine/base/error.h>
#include <cotape/solvers/tsp/tours.h>

#include <algorithm>
#include <vector>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

std::vector<std::int64_t> tour_of(std::span<const std::int64_t> cities, std::span<const real> solution,
                                  EntryOf entry_of) {
  std::vector<std::int64_t> tour = {cities[0]};
  std::int64_t before = -1;
  while (tour.size() < cities.size()) {
    const std::int64_t here = tour.back();
    const auto next = std::find_if(cities.begin(), cities.end(), [&](std::int64_t city) {
      return city != here && city != before && solution[entry_of(std::min(here, city), std::max(here, city))] != 0;
    });
    if (next == cities.end() || *next == tour.front()) fail<SolverError>("the solution is not a tour");
    before = here;
    tour.push_back(*next);
  }
  return tour;
}

void add_tour_normals(std::span<const std::int64_t> cities, std::span<const real> solution, EntryOf entry_of,
                      Normals& to, bool subtours) {
  const std::int64_t n = std::ssize(cities);
  const auto entry = [&](std::int64_t i, std::int64_t j) { return entry_of(std::min(i, j), std::max(i, j)); };
  const std::vector<std::int64_t> tour = tour_of(cities, solution, entry_of);
  for (const std::int64_t i : cities) {
    to.begin_equation();
    for (const std::int64_t j : cities)
      if (j != i) to.add(entry(i, j), 1);
  }
  for (std::int64_t a = 0; a < n; ++a)
    for (std::int64_t b = a + 1; b < n; ++b) {
      const std::int64_t place = entry_of(cities[a], cities[b]);
      to.add_bounds(place, static_cast<double>(solution[place]), 1);
    }
  if (!subtours) return;
  for (std::int64_t size = 3; 2 * size <= n; ++size)  // of two, it is y ≤ 1
    for (std::int64_t first = 0; first < (2 * size < n ? n : n / 2); ++first) {
      to.begin_inequality();
      for (std::int64_t a = 0; a < size; ++a)
        for (std::int64_t b = a + 1; b < size; ++b) to.add(entry(tour[(first + a) % n], tour[(first + b) % n]), 1);
    }
}

std::int64_t two_opt_moves(std::int64_t n) { return n * (n - 3) / 2; }

// The first edge leaves the tour's city i, the second one a later city that is not next to it.
EdgeExchange two_opt_move(std::span<const std::int64_t> tour, std::int64_t which) {
  const std::int64_t n = std::ssize(tour);
  std::int64_t i = 0;
  for (std::int64_t moves = n - 3; which >= moves; moves = n - 2 - i) {
    which -= moves;
    ++i;
  }
  const std::int64_t j = i + 2 + which;
  return {tour[i], tour[i + 1], tour[j], tour[j + 1 < n ? j + 1 : 0]};
}

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
