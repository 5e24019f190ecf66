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

// ⟨a, b⟩ / (max(‖a‖, ε) · max(‖b‖, ε)) along an axis, which the result has no more (PyTorch's cosine_similarity). For
// numbers of any size, as norm. A vector shorter than ε is divided by ε, in the gradient too. Throws ShapeError when
// the shapes differ or there is no such axis, ValueError unless ε > 0.
Var cosine_similarity(Var a, Var b, int axis = -1, real epsilon = real(1e-8));

}  // namespace COTAPE_PRECISION
}  // namespace cotape
