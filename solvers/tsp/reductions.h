#pragma once
#include <utility>
#include <vector>

#include <cotape/solvers/tsp/decisions.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// What a shortest 1-tree says about single edges: by how much its length grows when an edge comes in, or goes.
class Reductions {
 public:
  void resize(int n);

  // Leaves out every open edge that would lift the bound to the cutoff, and uses every one without which it would get
  // there. `tree` was built with these decisions and potentials and has the length `bound`. False when no tour below
  // the cutoff is left. Afterwards decided() is the number of edges that were settled.
  bool run(const OneTree& tree, const double* potentials, double bound, double cutoff, Decisions& decisions);
  int decided() const { return decided_; }

  // After run(): by how much the bound grows when an edge comes in; 0 for one of the tree.
  double growth(const OneTree& tree, int i, int j) const;
  // After run(): by how much the bound grows when an edge of the tree, from a city to its parent, is left out; infinity
  // when none can replace it. The same for the two edges of the root.
  double loss(int city) const { return loss_[static_cast<std::size_t>(city)]; }
  double root_loss(int which) const { return root_loss_[which]; }

 private:
  using Edge = std::pair<int, int>;

  void weigh(const Decisions& decisions, const double* potentials);
  void find_superfluous(const OneTree& tree, const Decisions& decisions, double gap);
  void find_losses(const OneTree& tree);

  int n_ = 0;
  int decided_ = 0;
  LaneMatrix reduced_;      // weights with potentials
  LaneMatrix longest_;      // edge on the tree's path between two cities
  LaneMatrix replacement_;  // cheapest edges from a subtree to each city outside of it
  std::vector<double> loss_;
  double root_loss_[2] = {};
  std::vector<int> next_, tail_;  // the cities of a subtree as a chain
  std::vector<Edge> superfluous_, needed_;
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
