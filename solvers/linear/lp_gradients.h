#pragma once
#include <span>
#include <vector>

#include <cotape/solvers/ilp/ilp.h>
#include <cotape/solvers/rules/difference.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Gradients with respect to all numbers of a linear program. Those of the two bounds of an equation add up to that of
// its right-hand side; bounds that do not hold have 0.
struct LpGradients {
  std::vector<double> costs = {};                      // [variables]
  std::vector<double> factors = {};                    // in the order of IlpInstance::factors()
  std::vector<double> row_lower = {}, row_upper = {};  // [rows]
  std::vector<double> lower = {}, upper = {};          // [variables]
};

// Of the best value, by the envelope theorem: those of the Lagrangian L = ⟨c, x⟩ + ⟨y, b − A x⟩ + ⟨r, bound − x⟩ at a
// primal and dual solution, ∂/∂c = x, ∂/∂b = y, ∂/∂A = −y xᵀ, ∂/∂bound = r. Where several duals are best it is one of
// several one-sided derivatives. `best`: what solve_ilp() gave for this instance, in this sense. Throws ValueError, by
// name, where a variable is an integer, and where `best` is not proven, ShapeError where its sizes do not fit.
LpGradients value_gradients(const IlpInstance& instance, const IlpResult& best, Sense sense = Sense::minimise);

struct LpgdOptions {
  double tau = 1;
  double rho = 0.1;
  Side side = Side::target;
};

// The points that a difference of Lagrangians compares, and the factor of each one's gradients.
struct LpgdPoint {
  double factor = 0;
  IlpResult point = {};
};

// Lagrangian proximal gradient descent for linear programs (Paulus et al. 2024, "LPGD"): replacements for the
// gradients of a loss of the solution x with respect to costs, factors and bounds, where the derivatives of x itself
// are 0 or do not exist. With z = (x, y, r) a primal and dual solution and z± that of
//   min ⟨c ± τ·dx, x'⟩ + ρ/2·‖x' − x‖²   under the same constraints, c ∓ τ·dx where the program maximises,
// ∂ℓ/∂w = [∇L(z₊) − ∇L(z)]/τ for the target side, [∇L(z) − ∇L(z₋)]/τ away, [∇L(z₊) − ∇L(z₋)]/2τ central, L as for
// value_gradients() and with the other sign where the program maximises. ρ = 0: a linear program, by CBC; for costs
// it is then Blackbox with λ = τ. ρ > 0: a quadratic one, exactly, as the least distance that non-negative least
// squares finds (Lawson and Hanson 1974, chapter 23.4); the smaller ρ, the more digits are lost. In double.
// `best`: what solve_ilp() gave for this instance and these costs; dx: the gradient of the loss with respect to x.
// Throws what value_gradients() throws, ShapeError where sizes differ, ValueError unless τ is positive and finite and
// ρ ≥ 0 and finite and for costs or a dx that are not finite, SolverError where the moved program has no solution, as
// may be with ρ = 0 where there are values without end.
LpGradients lpgd_gradients(const IlpInstance& instance, std::span<const double> costs, const IlpResult& best,
                           std::span<const double> dx, const LpgdOptions& options = {}, Sense sense = Sense::minimise);
// The same before the gradients are taken: ∂ℓ/∂w = Σ factor·∇L(point).
std::vector<LpgdPoint> lpgd_points(const IlpInstance& instance, std::span<const double> costs, const IlpResult& best,
                                   std::span<const double> dx, const LpgdOptions& options = {},
                                   Sense sense = Sense::minimise);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
