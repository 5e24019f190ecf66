#pragma once
#include <utility>
#include <vector>

#include <cotape/solvers/tsp/decisions.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// What a shortest 1-tree tells about single edges: by how much the bound grows when a 1-tree must have an edge that
// this one does not have, or may not have an edge that it has. Edges are decided where no better tour could be left
// otherwise.
class Reductions {
 public:
  void resize(int n);

  // Leaves out every open edge with which the bound would reach the cutoff, and uses every one without which it would.
  // `tree` was built with these decisions and potentials and gave `bound`. False when no tour below the cutoff is left.
  // Afterwards decided() is the number of edges that were decided.
  bool run(const OneTree& tree, const double* potentials, double bound, double cutoff, Decisions& decisions);
  int decided() const { return decided_; }

  // After run(): by how much the bound grows when the edge {i, j} must be in the tree; 0 for one that is.
  double growth(const OneTree& tree, int i, int j) const;
  // After run(): by how much the bound grows when the tree's edge from a city to its parent is left out, or one of the
  // two edges of the root; infinity when no other edge can replace it.
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
  LaneMatrix longest_;      // weight of the longest edge on the tree's path between two cities
  LaneMatrix replacement_;  // [city, other]: cheapest edge from the city's subtree to a city outside of it
  std::vector<double> loss_;
  double root_loss_[2] = {};
  std::vector<int> next_, tail_;  // the cities of each subtree as a linked list, and its last city
  std::vector<Edge> superfluous_, needed_;
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
