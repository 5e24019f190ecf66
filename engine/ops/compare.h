#pragma once
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Choices and comparisons, elementwise. All inputs broadcast like NumPy; shapes that do not throw ShapeError.

// a where the condition is not 0 (NaN is not), b elsewhere. The gradient goes to the number that was chosen, and what
// was not chosen changes nothing, also where it is NaN or infinite. None goes to the condition.
Var where(Var condition, Var a, Var b);

// 1 where it is so, 0 elsewhere, without a gradient. NaN is not equal to anything, and neither less nor greater: x is
// NaN where not_equal(x, x).
Var equal(Var a, Var b);
Var not_equal(Var a, Var b);
Var less(Var a, Var b);
Var less_equal(Var a, Var b);
Var greater(Var a, Var b);
Var greater_equal(Var a, Var b);
// The same beside a number
Var equal(Var a, real b);
Var not_equal(Var a, real b);
Var less(Var a, real b);
Var less_equal(Var a, real b);
Var greater(Var a, real b);
Var greater_equal(Var a, real b);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
