#pragma once
#include <cotape/engine/tape.h>

namespace cotape::inline COTAPE_PRECISION {

// ‖x‖₂ along the last axis: [..., n] → [...]. The gradient of a zero row is 0.
Var norm(Var x);
// Euclidean distances of all pairs of points: x [..., n, d] → [..., n, n], symmetric with zero diagonal. Points that
// coincide get no gradient from their distance.
Var pairwise_distances(Var x);

}  // namespace cotape::inline COTAPE_PRECISION
