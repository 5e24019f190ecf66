#pragma once
#include <cotape/apps/playground/setup.h>

namespace cotape::app {

// The state as it is: `solution`, `loss`, and under each of the `rules` of the state (none given: all that go with the
// solver) its loss, gradient, solver calls and share of zeros, as in inspection's rules side by side (`shown`, the
// entries of a comparison in docs/inspect.md); with `line`: true also the loss along the gradient of the state's rule.
// Of a loss with a gradient of its own that one in place of the rules, as `own`, and the line along it.
// Throws ValueError, which names the entry.
Json look(const Fields& state);
Json look(const Setup& setup, const std::vector<std::string>& rules, bool with_line);

}  // namespace cotape::app
