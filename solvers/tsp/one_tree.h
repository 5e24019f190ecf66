#pragma once
#include <vector>

#include <cotape/solvers/tsp/edge_costs.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

// Entries of a matrix of edge weights for edges that are decided: one that may not be used, and one that must be.
inline constexpr double excluded = infinity;
inline constexpr double forced = -1e100;

// A shortest 1-tree: one city is the root and has its two shortest edges; all other cities are joined by a shortest
// spanning tree. Every tour is a 1-tree, so no tour is shorter than the shortest 1-tree. Potentials π of the cities
// make this bound better: when the edge {i, j} costs π[i] + π[j] more, all tours become longer by the same 2 Σ π,
// because each city has two edges, but the shortest 1-tree becomes another one (M. Held, R. M. Karp, "The
// traveling-salesman problem and minimum spanning trees", 1970).
class OneTree {
 public:
  static constexpr int root = 0;

  void resize(int n);

  // Builds a shortest 1-tree for the edge weights weights(i, j) + π[i] + π[j]; it has all forced and no excluded edges.
  // Returns the bound: the sum of costs(i, j) + π[i] + π[j] over its edges, minus 2 Σ π. Infinity when there is no
  // 1-tree without excluded edges. `potentials` are π, [padded(n)], infinite behind the last city.
  double build(const EdgeCosts& costs, const LaneMatrix& weights, const double* potentials);

  // How many edges the tree has at each city, [n].
  const std::int64_t* degrees() const { return degrees_.data(); }
  bool is_tour() const { return is_tour_; }
  // The tour that the tree is.
  void to_tour(Tour& tour) const;

  // The spanning tree: order() lists its cities, each behind its parent; order()[0] has no parent.
  const std::vector<int>& order() const { return order_; }
  int parent(int city) const { return static_cast<int>(parents_[city]); }
  // The cities at the other ends of the root's two edges: 0 for the shorter one, 1 for the longer one.
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
