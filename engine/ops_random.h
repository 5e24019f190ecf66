#pragma once
#include <cotape/engine/random.h>
#include <cotape/engine/tape.h>

namespace cotape::inline COTAPE_PRECISION {

// Each element is set to 0 with this probability, and divided by 1 − probability otherwise. For training only: leave
// it out of evaluation. Throws ValueError unless 0 ≤ probability < 1.
Var dropout(Var x, real probability, Rng& rng);

}  // namespace cotape::inline COTAPE_PRECISION
