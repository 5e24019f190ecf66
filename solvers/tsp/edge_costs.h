#pragma once
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include <cotape/solvers/kit/lane_array.h>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace tsp {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

// Cities are worked on eight at a time, as many as a register has doubles or 64-bit numbers. What is read in this way
// is padded to whole registers.
using DoubleLanes = LanesOf<double>;
using IndexLanes = LanesOf<std::int64_t>;
inline constexpr int lanes = static_cast<int>(lane_count_of<double>);
constexpr int padded(int n) { return static_cast<int>(padded_size<double>(n)); }

// A tour as the cities in the order in which they are visited.
using Tour = std::vector<int>;

// The costs of the edges of a tour, from a cost matrix that need not be symmetric. The edge {i, j} costs cost[i, j] +
// cost[j, i], which is what it adds to ⟨cost, y⟩ for a symmetric y. Called "length" where it belongs to a tour.
class EdgeCosts {
 public:
  // From a matrix [n, n]; its diagonal is not looked at. Throws ValueError when an entry beside it is not finite.
  template <class T>
  void assign(std::span<const T> cost, int n);

  int n() const { return n_; }
  const LaneMatrix& matrix() const { return edges_; }
  const double* row(int i) const { return edges_.row(i); }
  double operator()(int i, int j) const { return edges_(i, j); }

  // ⟨cost, y⟩ of a tour, in the units of the matrix that was given.
  double value(const Tour& tour) const { return unscaled(length(tour)); }
  double length(const Tour& tour) const;
  // From lengths of edges to the units of the matrix that was given.
  double unscaled(double length) const { return std::ldexp(length, -exponent_); }

  // When all costs are whole numbers: lengths of tours differ by multiples of this. Else 0.
  double step() const { return step_; }
  // Lengths that differ by less count as equal: more than rounding can change a bound by.
  double tolerance() const { return tolerance_; }
  // The largest absolute cost of an edge.
  double magnitude() const { return magnitude_; }

 private:
  void find_step();
  // The cost of an edge from those of its two directions, times 2^exponent_.
  double scaled(double there, double back) const;

  int n_ = 0;
  LaneMatrix edges_;  // 0 on the diagonal and in the padding
  int exponent_ = 0;  // of the power of two that costs are multiplied by where their squares would overflow or vanish
  double step_ = 0;
  double tolerance_ = 0;
  double magnitude_ = 0;
};

}  // namespace tsp
}  // namespace COTAPE_PRECISION
}  // namespace cotape
