#pragma once
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// eˣ / Σ eˣ along an axis, without overflow. x = −∞ masks an element: it becomes 0 and gets no gradient. A row that is
// −∞ everywhere or holds +∞ has no softmax: it becomes NaN, in PyTorch too. Throws ShapeError when there is no such
// axis.
Var softmax(Var x, int axis = -1);
// log of the same, (x − max x) − log Σ e^(x − max x): exact for x of any size. −∞ stays −∞.
Var log_softmax(Var x, int axis = -1);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
