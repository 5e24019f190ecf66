#pragma once
#include <cstdint>
#include <vector>

#include <cotape/engine/base/random.h>
#include <cotape/solvers/tsp/edge_costs.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// Good tours: 2-opt and Or-opt moves (a piece of up to three cities goes elsewhere, either way round) until none helps,
// then kicks: two neighbouring pieces of the tour change places (a double bridge), the moves run again around the
// kick, and what made the tour longer is taken back. The same costs give the same tour.
class LocalSearch {
 public:
  // Finds each city's near neighbours, for the calls that follow; `costs` must outlive them.
  void prepare(const EdgeCosts& costs);
  // The tour from the first city on, always to the nearest one left, made better by moves.
  void construct(Tour& tour);
  // Makes a tour better by moves, then by this many kicks; returns its length.
  double improve(Tour& tour, std::int64_t kicks);

 private:
  int next(int city) const { return tour_[after(place_[city])]; }
  int previous(int city) const { return tour_[before(place_[city])]; }
  std::size_t after(std::size_t place) const { return place + 1 == tour_.size() ? 0 : place + 1; }
  std::size_t before(std::size_t place) const { return place == 0 ? tour_.size() - 1 : place - 1; }

  void load(const Tour& tour);
  void wake(int city);
  double run_moves();
  double move_around(int city);
  double two_opt(int city, bool forward);
  double or_opt(int city, bool forward);
  void reverse(int first, int last);
  void insert(int first, int count, bool forward, int c, int d);
  double kick(std::uint32_t random_place, std::uint32_t random_lengths);

  const EdgeCosts* costs_ = nullptr;
  int n_ = 0, near_ = 0;
  std::vector<int> neighbours_;  // [n, near_], the nearest first
  std::vector<std::pair<double, int>> sorted_;
  Tour tour_, best_;
  std::vector<std::size_t> place_, best_place_;  // of each city in the tour
  std::vector<int> queue_;                       // cities whose surroundings changed
  std::vector<char> queued_;
  std::vector<int> piece_;
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
