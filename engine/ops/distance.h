#pragma once
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// ‖x‖₂ along the last axis: [..., n] → [...], for numbers of any size: squares neither overflow nor vanish. The
// gradient of a zero row is 0.
Var norm(Var x);
// Euclidean distances of all pairs of points: x [..., n, d] → [..., n, n], symmetric with zero diagonal. Points that
// coincide get no gradient from their distance. For numbers of any size, as norm.
Var pairwise_distances(Var x);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
