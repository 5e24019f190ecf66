#pragma once
#include <cstdint>
#include <vector>

#include <cotape/engine/base/random.h>
#include <cotape/solvers/tsp/edge_costs.h>
#include <cotape/solvers/tsp/limits.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// Finds short tours, not always the shortest. First 2-opt moves (two edges are replaced by two others) and Or-opt moves
// (up to three cities in a row move elsewhere in the tour, in either direction), until none makes the tour shorter.
// Then kicks: two neighbouring stretches of the tour change places (a "double bridge"), the moves run again around the
// kick, and the old tour comes back if the new one is longer. The same costs always give the same tour.
class LocalSearch {
 public:
  // Finds the nearest cities of each city. To be called first; `costs` must outlive the calls that follow.
  void prepare(const EdgeCosts& costs);
  // Makes `tour` the one that starts at city 0 and always goes on to the nearest city that is left.
  void construct(Tour& tour);
  // Makes a tour shorter by moves, then by this many kicks (none for fewer than 8 cities), until the time of `limits`
  // is up. Returns its length.
  double improve(Tour& tour, std::int64_t kicks, const Limits& limits = {});

 private:
  int next(int city) const { return tour_[after(place_[city])]; }
  int previous(int city) const { return tour_[before(place_[city])]; }
  std::size_t after(std::size_t place) const { return place + 1 == tour_.size() ? 0 : place + 1; }
  std::size_t before(std::size_t place) const { return place == 0 ? tour_.size() - 1 : place - 1; }

  void load(const Tour& tour);
  void wake(int city);
  double run_moves(const Limits& limits);
  double move_around(int city);
  double two_opt(int city, bool forward);
  double or_opt(int city, bool forward);
  void reverse(int first, int last);
  void insert(int first, int count, bool forward, int c, int d);
  double kick(std::uint32_t random_place, std::uint32_t random_lengths);

  const EdgeCosts* costs_ = nullptr;
  int n_ = 0, near_ = 0;
  std::vector<int> neighbours_;  // [n, near_]: the nearest cities of each, the nearest first
  std::vector<std::pair<double, int>> sorted_;
  Tour tour_, best_;
  std::vector<std::size_t> place_, best_place_;  // of each city in the tour
  std::vector<int> queue_;                       // cities around which moves are still to be tried
  std::vector<char> queued_;
  std::vector<int> piece_;
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
