#pragma once
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// eˣ / Σ eˣ along an axis, without overflow.
Var softmax(Var x, int axis = -1);
// log of the same: x − log Σ eˣ.
Var log_softmax(Var x, int axis = -1);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
