#pragma once
#include <span>

#include <cotape/engine/tape/parameter.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Scales all gradients by one factor so that their common L2 norm is at most max_norm (Pascanu et al., "On the
// difficulty of training recurrent neural networks", ICML 2013). Returns the norm before. Parameters without gradient
// and frozen ones count as 0. The norm is right also where squares leave the range of double. Throws ValueError, before
// anything is changed, for a max_norm that is not positive, a gradient that is not finite or a norm beyond double; the
// message names the parameter, of finite gradients the one with the largest element.
double clip_gradient_norm(std::span<Parameter* const> parameters, double max_norm);

// Clamps every element of every gradient, except those of frozen parameters, to [−max_value, max_value]. Throws
// ValueError for a max_value that is not positive.
void clip_gradient_value(std::span<Parameter* const> parameters, double max_value);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
