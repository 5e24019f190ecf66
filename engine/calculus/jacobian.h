#pragma once
#include <span>
#include <vector>

#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Matrices of derivatives, recorded on the tape as gradient() records them, one pass of it for each element of y; they
// throw what gradient() throws.

// ∂y/∂input, of shape [y's axes, input's axes].
Var jacobian(Var y, Var input);
std::vector<Var> jacobian(Var y, std::span<const Var> inputs);
// The same for parameters, as their gradient() is meant.
std::vector<Var> jacobian(Var y, std::span<Parameter* const> parameters);
// ∂²y/∂input², y a scalar: [input's axes, input's axes].
Var hessian(Var y, Var input);

// The gradient of each example's own loss, losses [batch], for each parameter: [batch, parameter's axes]. Exact for any
// net, also where examples depend on each other. Takes a pass for each example. Throws ShapeError for losses of more or
// fewer axes.
std::vector<Var> per_example_gradients(Var losses, std::span<Parameter* const> parameters);
// The length of each of them over all parameters, [batch], as clipping for differential privacy needs it.
Var per_example_gradient_norms(Var losses, std::span<Parameter* const> parameters);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
