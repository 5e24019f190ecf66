#pragma once
#include <optional>
#include <span>
#include <vector>

#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Gradients as Vars: they are recorded on the tape like any other value, so that they can be part of a loss and be
// differentiated again, any number of times. Tape::backward() is faster where that is not wanted. They change no
// gradient of variables or parameters, and hooks are not called. What they record keeps its memory until the tape is
// cleared.
//
// An input is a variable, a parameter's handle or anything computed from them; it counts as given, so that y's
// dependence on it alone is looked at, and its gradient has its shape: 0 where y does not depend on it. Throws
// ShapeError for a cotangent that is not of y's shape, or none where y has more than one element; TapeError for an
// input that needs no gradient, as a constant; for a parameter that changed since it was recorded; and for an op
// between that has no second form of its products, which is named: see with_var_vjps in engine/tape/record.h.

// ∂y/∂input for each input, y a scalar or seen through a cotangent: Σ cotangent ⊙ ∂y/∂input.
std::vector<Var> gradient(Var y, std::span<const Var> inputs, std::optional<Var> cotangent = {});
std::vector<Var> gradient(Var y, std::initializer_list<Var> inputs, std::optional<Var> cotangent = {});
Var gradient(Var y, Var input, std::optional<Var> cotangent = {});
// The same for parameters, whose gradient is the sum over all their handles on the tape. Throws TapeError when a
// parameter is not on the tape.
std::vector<Var> gradient(Var y, std::span<Parameter* const> parameters, std::optional<Var> cotangent = {});

// cotangentᵀ · ∂y/∂input: gradient under its other name.
Var vjp(Var y, Var input, Var cotangent);
// ∂y/∂input · tangent, of y's shape; the tangent has the input's. Exact: vjp is linear in its cotangent, and this is
// the gradient of ⟨vjp, tangent⟩ with respect to that.
Var jvp(Var y, Var input, Var tangent);
// Hessian of a scalar times vectors, one of each input's shape: ∂⟨gradient, vectors⟩/∂input for each input.
std::vector<Var> hvp(Var y, std::span<const Var> inputs, std::span<const Var> vectors);
Var hvp(Var y, Var input, Var vector);
std::vector<Var> hvp(Var y, std::span<Parameter* const> parameters, std::span<const Var> vectors);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
