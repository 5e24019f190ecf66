#pragma once
#include <limits>

#include <cotape/engine/tape/tape.h>
#include <cotape/solvers/linear/lp_gradients.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct LinearProgramOptions {
  std::int64_t equations = 0;  // so many rows, the first, are A x = b, the others A x ≤ b
  double lower = 0;            // of all variables; ±∞: none
  double upper = std::numeric_limits<double>::infinity();
  Sense sense = Sense::minimise;
  LpgdOptions lpgd = {};  // of the gradients
};

// A linear program as a function of all its numbers: costs c [n], factors A [rows, n] and right-hand sides b [rows], or
// batches of them, [batch, n], [batch, rows, n] and [batch, rows]. Factors and right-hand sides without a batch are the
// same for all instances, and get the sum of their gradients. By CBC, instances in parallel, in double. All throw
// ShapeError where shapes do not fit, ValueError for numbers that are not finite, bounds that cross and more equations
// than rows, SolverError where an instance has no solution or others without end; it names the instance.

// The x that cost least or are worth most, [n] or [batch, n]. Their own derivatives are 0 or do not exist:
// the gradients are those of lpgd_gradients(), which also says what it throws.
Var linear_program(Var costs, Var factors, Var bounds, const LinearProgramOptions& options = {});

// What they cost or are worth, a scalar or [batch], with its own gradients, those of value_gradients(): x for c, −y xᵀ
// for A, y for b, y the duals.
Var linear_program_value(Var costs, Var factors, Var bounds, const LinearProgramOptions& options = {});

}  // namespace COTAPE_PRECISION
}  // namespace cotape
