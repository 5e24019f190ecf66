#pragma once
#include <cotape/solvers/tsp/edge_costs.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// The shortest tour by dynamic programming over sets of cities (M. Held, R. M. Karp, "A dynamic programming approach to
// sequencing problems", 1962): 2ⁿ n² / 8 additions whatever the costs are.
class DynamicProgramming {
 public:
  static constexpr int max_cities = 16;

  // Makes `tour` the shortest one, for 3 ≤ n ≤ max_cities. Of equally long ways the one over the city with the lowest
  // number is taken.
  void solve(const EdgeCosts& costs, Tour& tour);

 private:
  template <int packs>
  void fill(const EdgeCosts& costs);

  // paths_[set, city]: length of the shortest path from city n − 1 through all cities of the set to the city. Sets are
  // bit masks of the cities 0 … n − 2.
  LaneArray<double> paths_;
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
