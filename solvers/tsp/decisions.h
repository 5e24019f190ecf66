#pragma once
#include <cstdint>
#include <vector>

#include <cotape/solvers/tsp/one_tree.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// Which edges a tour may no longer use and which it must, with what follows from it: two edges at every city, no circle
// before all cities are on it. Decisions are taken back in the reverse order.
class Decisions {
 public:
  enum class State : std::uint8_t { open, used, out };

  // Every edge is open. `costs` must outlive the decisions.
  void reset(const EdgeCosts& costs);

  // Decide and draw the consequences; false when no tour is left.
  bool use(int i, int j);
  bool leave_out(int i, int j);

  State state(int i, int j) const { return states_[static_cast<std::size_t>(i * n_ + j)]; }
  bool open(int i, int j) const { return state(i, j) == State::open; }
  // Edges at a city that must be used.
  int used(int city) const { return used_[static_cast<std::size_t>(city)]; }
  // The costs, with `excluded` and `forced` where it is decided.
  const LaneMatrix& weights() const { return weights_; }

  // A mark, and the way back to it.
  std::size_t mark() const { return trail_.size(); }
  void undo(std::size_t mark);

 private:
  struct Step {
    int i, j;
    int end_i = -1, end_j = -1;  // of the paths that the edge joined; −1: the edge was left out
  };

  void set(int i, int j, State state, double weight);
  bool put_in(int i, int j);
  bool take_out(int i, int j);
  bool draw_consequences();
  bool settle(int city);

  const EdgeCosts* costs_ = nullptr;
  int n_ = 0;
  int used_edges_ = 0;
  std::vector<State> states_;
  LaneMatrix weights_;
  std::vector<int> used_, left_;  // at each city: edges used, edges not left out
  std::vector<int> other_end_;    // of the path of used edges that ends at a city
  std::vector<Step> trail_;
  std::vector<int> unsettled_;  // cities whose counts changed
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
