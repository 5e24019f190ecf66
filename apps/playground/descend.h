#pragma once
#include <cotape/apps/playground/setup.h>

namespace cotape::app {

// Steps of gradient descent on the numbers of a state, under its `rule` (or its loss's own gradient) and `rate`: costs
// are kept within the solver's domain. Entries of the request besides `state`:
//   steps    how many
//   at       how many were taken before: noise goes on from there
//   learned  what the rule has learned in them, as the answer before gave it
// The answer: `x`, `at`, `learned`; for every step `loss` before it, `norm` of the scores of an instance, and `right`,
// the share of wanted answers that stay when noise of 0.02 shakes scores of norm 1 (the mean over instances).
// Throws ValueError, which names the entry.
Json descend(const Fields& request);

// Several descents side by side: `variants`, each an object whose entries replace those of `state`, with its own `x`
// and `learned`. The answer: `variants`, in the same order.
Json race(const Fields& request);

}  // namespace cotape::app
