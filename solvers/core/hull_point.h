#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <cotape/solvers/core/oracle.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// When the search for a point of the hull gives up: it then throws SolverError.
struct HullLimits {
  std::int64_t solutions = 10'000;  // that the solver is asked for
};

// The best mean of solutions under a quadratic penalty, y(θ) = argmax ⟨θ, y⟩ − λ/2·‖y‖² over the convex hull of all
// solutions: the point of the hull nearest to θ/λ. Sparse: the mean of a few solutions, at most one more than the hull
// has dimensions.
//
// Method: Frank–Wolfe, fully corrective. The solver finds the best solution for the gradient θ − λy; then the best mean
// of all solutions found so far is made exactly, by steps away from those whose weights would become negative, which
// are dropped (P. Wolfe, "Finding the nearest point in a polytope", 1976; V. Niculae et al., "SparseMAP", 2018). It
// ends when no solution is better than y for the gradient, up to the rounding of scores. Made once and used again, it
// takes no memory for instances of a size it has seen.
class HullPoint {
 public:
  // Throws SolverError when the limit is reached and for scores too large for a gradient, ValueError where θ − λy
  // leaves the solver's domain. (With costs of 0 or more that are made small, and solutions without negative entries,
  // it cannot.) Scores outside the domain count as its bound.
  void find(std::span<const real> scores, double strength, const HullLimits& limits, InstanceSolver& solver);

  std::span<const double> point() const { return point_; }
  // The smallest flat that holds the solutions with weights lies along so many unit vectors, at right angles to each
  // other: y moves along these, dy = Σ_i ⟨dθ, direction i⟩·direction i / λ. (Where y happens to be a mean of fewer
  // solutions than points around it are, as for equal scores, that is one of several one-sided derivatives.)
  std::int64_t rank() const { return count() - 1; }
  std::span<const double> direction(std::int64_t i) const { return row(basis_, i); }

 private:
  std::int64_t count() const { return static_cast<std::int64_t>(weights_.size()); }
  std::span<const double> row(const std::vector<double>& rows, std::int64_t i) const;
  bool holds(std::span<const real> solution) const;
  bool add(std::span<const real> solution);
  double extend_basis(std::int64_t vertex);
  void find_affine_weights();
  void correct();
  void drop();
  void set_point();

  std::int64_t size_ = 0;
  std::vector<double> target_;              // θ/λ
  std::vector<double> point_;               // y
  std::vector<double> vertices_, weights_;  // solutions whose mean y is, one a row
  std::vector<double> basis_;               // rank() unit vectors, one a row, of the differences to the first vertex
  std::vector<double> triangle_;            // row i: difference i in terms of basis vectors 0 … i
  std::vector<double> affine_;              // weights of the best point of the flat, of any sign
  std::vector<real> gradient_, solution_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
