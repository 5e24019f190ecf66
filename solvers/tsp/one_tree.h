#pragma once
#include <vector>

#include <cotape/solvers/tsp/edge_costs.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// Weights that stand for decisions in a matrix of edges: an edge that must not be used, and one that must.
inline constexpr double excluded = infinity;
inline constexpr double forced = -1e100;

// A shortest 1-tree: two edges at the root, and a spanning tree of all other cities. Every tour is one, so that its
// length bounds those of all tours from below; potentials π added to the cities make the bound sharp (M. Held, R. M.
// Karp, "The traveling-salesman problem and minimum spanning trees", 1970).
class OneTree {
 public:
  static constexpr int root = 0;

  void resize(int n);

  // Builds the shortest 1-tree for weights(i, j) + π[i] + π[j] that has all forced edges. Returns its length, made of
  // the costs of its edges, minus 2 Σ π; infinity when the edges that are not excluded do not connect the cities.
  double build(const EdgeCosts& costs, const LaneMatrix& weights, const double* potentials);

  // Edges of the tree at each city.
  const std::int64_t* degrees() const { return degrees_.data(); }
  bool is_tour() const { return is_tour_; }
  // The tour that the tree is.
  void to_tour(Tour& tour) const;

  // The tree: order()[0] has no parent; the parent of each other city comes before it. The root is not among them.
  const std::vector<int>& order() const { return order_; }
  int parent(int city) const { return static_cast<int>(parents_[city]); }
  // The other ends of the root's two edges, the shorter one first.
  int root_end(int which) const { return root_ends_[which]; }

 private:
  template <int fixed>
  bool span(const LaneMatrix& weights, const double* potentials);
  bool add_root(const LaneMatrix& weights, const double* potentials);

  int n_ = 0;
  std::vector<int> order_;
  LaneArray<std::int64_t> parents_, degrees_;
  LaneArray<double> open_, keys_;
  int root_ends_[2] = {};
  bool is_tour_ = false;
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
