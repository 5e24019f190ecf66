#pragma once
#include <string>

#include <cotape/apps/playground/setup.h>

namespace cotape::app {

// The loss on a line through x, from −reach to 2·reach along the rule's negative gradient of length 1 (that of Identity
// where it is zero): `t`; `loss`, a staircase; `blackbox`, what Blackbox's gradient is the gradient of with dy held
// fixed (Vlastelica et al. 2020), for its λ; `smooth`, the mean of the loss under normal noise of σ on the scores.
Json line(const Setup& setup, const std::string& rule, const Tensor& gradient);

// The same of a loss with a gradient of its own: `t`; `loss`, for the same noise everywhere; `perceptron`, the loss
// without noise.
Json own_line(const Setup& setup, const Tensor& gradient);

}  // namespace cotape::app
