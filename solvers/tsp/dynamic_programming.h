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

  // For 3 ≤ n ≤ max_cities. Of equally long continuations the one to the city of the lowest number is taken.
  void solve(const EdgeCosts& costs, Tour& tour);

 private:
  template <int packs>
  void fill(const EdgeCosts& costs);

  // [set of cities without the last one, city]: the shortest path from the last city through the set to the city.
  LaneArray<double> paths_;
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
