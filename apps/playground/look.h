#pragma once
#include <cotape/apps/playground/setup.h>

namespace cotape::app {

// The state as it is: `solution`, `loss`, `dy`, and under each of the `rules` of the state (none given: all that go
// with the solver) its loss, gradient, solver calls and share of zeros, as in inspection's rules side by side (`shown`,
// the entries of a comparison in docs/inspect.md); with `line`: true also the loss along the gradient of the state's
// rule. Throws ValueError, which names the entry.
Json look(const Fields& state);
Json look(const Setup& setup, const std::vector<std::string>& rules, bool with_line);

// The loss on a line through x, from −reach to 2·reach along the rule's negative gradient of length 1 (that of Identity
// where it is zero): `t`; `loss`, a staircase; `blackbox`, what Blackbox's gradient is the gradient of with dy held
// fixed (Vlastelica et al. 2020), for its λ; `smooth`, the mean of the loss under normal noise of σ on the scores.
Json line(const Setup& setup, const std::string& rule, const Tensor& gradient);

// The setting of that name, or `otherwise` where the state says nothing of it.
double setting_or(const Setup& setup, std::string_view name, double otherwise);

}  // namespace cotape::app
