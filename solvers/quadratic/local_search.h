#pragma once
#include <cstdint>
#include <vector>

#include <cotape/engine/base/random.h>
#include <cotape/solvers/assignment/augmenting_paths.h>
#include <cotape/solvers/quadratic/limits.h>
#include <cotape/solvers/quadratic/matching_costs.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace quadratic {

// Makes matchings cheaper by moves: a row goes to another place that is free, or two rows change their places. The
// search takes the cheapest move, also where that makes the matching dearer, but puts no row back where it has just
// been, unless the matching would be the cheapest so far (robust tabu search: E. Taillard, "Robust taboo search for the
// quadratic assignment problem", 1991). A move is judged in O(1) and made in O(neighbours · columns), so that a step
// takes O(rows · columns). Deterministic: times that rows must stay away are drawn from a generator with a fixed seed.
class LocalSearch {
 public:
  // The cheapest matching without the costs of pairs; false when every matching takes something forbidden.
  bool begin(const MatchingCosts& costs, Places& places);
  // Makes `places`, which is allowed, the best matching of several searches of so many steps, which end in matchings
  // that no move makes cheaper. The first begins at `places`, the others at matchings that are drawn.
  template <class Costs>
  void improve(const Costs& costs, std::int64_t starts, std::int64_t steps, const Limits& limits, Places& places);

 private:
  struct Move {
    std::int32_t row = -1, other = -1;  // `other`: that changes places with it; −1: nobody
    std::int32_t label = 0;             // where `row` goes
    double change = infinity;
  };

  template <class Costs>
  void search(const Costs& costs, std::int64_t steps, const Limits& limits, Places& places);
  template <class Costs>
  void start(const Costs& costs, const Places& places);
  template <class Costs, class F>
  void for_moves(const Costs& costs, F f) const;
  template <class Costs>
  void make(const Costs& costs, const Move& move);
  template <class Costs>
  void descend(const Costs& costs);
  void draw(const MatchingCosts& costs, Places& places);
  template <class F>
  bool cheapest(const MatchingCosts& costs, F cost_of, Places& places);

  Rng rng_{1};
  Places places_, best_, drawn_;
  std::vector<std::int32_t> row_of_;  // of each column; −1: free
  LaneMatrix with_others_;            // [rows, labels]: what a row costs at each place, with the others where they are
  LaneMatrix drawn_costs_;
  std::vector<std::int64_t> barred_;  // [rows, labels]: the step before which a row should not be back at a place
  assignment::AugmentingPaths paths_;
};

}  // namespace quadratic
}  // namespace COTAPE_PRECISION
}  // namespace cotape
