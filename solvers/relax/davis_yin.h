#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// An equation Σ factor·x[entry] = value.
struct LinearEquation {
  std::vector<std::pair<std::int64_t, double>> terms = {};  // entry and factor
  double value = 0;
};

// The x of n numbers with A x = b and lower ≤ x ≤ upper: flows and paths, places of an assignment, k of n. Takes memory
// for 2n numbers for each independent equation, which copies share.
class EquationPolytope {
 public:
  // Throws ValueError for n < 1, an entry that is not there, a number that is not finite, bounds that cross and
  // equations that contradict each other. Equations that say nothing new are allowed.
  EquationPolytope(std::int64_t n, const std::vector<LinearEquation>& equations, double lower = 0,
                   double upper = std::numeric_limits<double>::infinity());

  std::int64_t size() const { return n_; }
  double lower() const { return lower_; }
  double upper() const { return upper_; }
  // Number of independent equations.
  std::int64_t rank() const { return static_cast<std::int64_t>(flat_->values.size()); }

  // Moves x to the nearest point with A x = b.
  void project(std::span<double> x) const;
  // Takes off a direction what leads out of A x = b: (I − A⁺A) d.
  void project_direction(std::span<double> d) const;

 private:
  struct Flat {
    std::vector<double> normals;  // unit vectors at right angles to each other, one a row, that span A's rows, …
    std::vector<double> values;   // … and their products with x
    // The same column by column, some rows at a time: sums over n that run beside each other.
    std::vector<double> transposed;

    std::span<const double> normal(std::size_t i) const;
    void transpose();
    // x + Σ (to − ⟨normal, x⟩)·normal, all of `to` 0 where it is empty.
    void move(std::span<double> x, std::span<const double> to) const;
  };

  std::int64_t n_;
  double lower_, upper_;
  std::shared_ptr<const Flat> flat_;
};

// The penalty, the step, and when the search ends.
struct DavisYinOptions {
  real strength = 1;                  // λ
  real step = 1;                      // αλ: more than 0, less than 2
  double tolerance = 1e-8;            // of a step's length, in proportion to that of the point
  std::int64_t iterations = 100'000;  // after which SolverError is thrown
};

// DYS-Net: a linear program made continuous by a quadratic penalty and solved by splitting, with a gradient that takes
// no linear system (McKenzie, Wu Fung and Heaton 2024, "Differentiating through integer linear programs with
// quadratic regularization and Davis–Yin splitting"): for costs [..., n] the point
//   x(c) = argmin ⟨c, x⟩ + λ/2·‖x‖² over the polytope
// by z ← T(z) = z − x + P(2x − z − α(c + λx)), x = z within the bounds, P the projection on A x = b, from z = 0 on.
// The gradient is no derivative of x(c) but Jacobian-free backpropagation: that of x = T(z) within the bounds, z the
// fixed point, as if it did not depend on c,
//   ∂ℓ/∂c = −α (I − A⁺A) D dy,   D = 1 where T(z) lies between the bounds, 0 elsewhere.
// Its part along the face that x moves on is αλ times the derivative's, so that a step against it lowers the loss
// wherever one against the derivative does. No solver call. Calculated in double; the same bits for any number of
// threads. Throws ShapeError where the costs do not end in n, ValueError for options out of range and costs that are
// not finite, SolverError where there is no x or the limit is reached; errors name the instance.
Var davis_yin(Var costs, const EquationPolytope& polytope, const DavisYinOptions& options = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
