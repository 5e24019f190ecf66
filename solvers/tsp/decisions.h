#pragma once
#include <cstdint>
#include <vector>

#include <cotape/solvers/tsp/one_tree.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// Which edges a tour must use and which it may not, with all that follows from it: every city has two edges, and edges
// close no cycle before all cities are on it. Decisions can be undone, the last one first.
class Decisions {
 public:
  enum class State : std::uint8_t { open, used, out };

  // Every edge is open. `costs` must outlive the decisions.
  void reset(const EdgeCosts& costs);

  // Decide about an edge and draw the consequences; false when no tour is left.
  bool use(int i, int j);
  bool leave_out(int i, int j);

  State state(int i, int j) const { return states_[static_cast<std::size_t>(i * n_ + j)]; }
  bool open(int i, int j) const { return state(i, j) == State::open; }
  // How many edges at a city must be used, 0 … 2.
  int used(int city) const { return used_[static_cast<std::size_t>(city)]; }
  // The costs of open edges; `forced` for edges that must be used and `excluded` for those that may not (one_tree.h).
  const LaneMatrix& weights() const { return weights_; }

  // undo(mark()) later takes back all decisions made in between.
  std::size_t mark() const { return trail_.size(); }
  void undo(std::size_t mark);

 private:
  struct Step {
    int i, j;
    int end_i = -1, end_j = -1;  // far ends of the two paths that a used edge joined; −1 for an edge left out
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
  std::vector<int> used_, left_;  // at each city: number of edges that are used, that are not left out
  std::vector<int> other_end_;    // for a city where a path of used edges ends: the city at the other end
  std::vector<Step> trail_;       // all decisions, the last one at the back
  std::vector<int> unsettled_;    // cities whose numbers changed, so that consequences may follow
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
