#pragma once
#include <cotape/engine/base/random.h>
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Each element is set to 0 with this probability, and divided by 1 − probability otherwise. For training only: leave
// it out of evaluation. Throws ValueError unless 0 ≤ probability < 1.
Var dropout(Var x, real probability, Rng& rng);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
