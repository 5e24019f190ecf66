#pragma once
#include <cotape/engine/ops/loss.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Losses that pull points together and push others apart: points [batch, n], one term a row, compared by their
// Euclidean distance or the cosine of their angle. mean equals batch_mean. They throw ShapeError when shapes do not
// fit.

// max(0, ‖anchor − positive‖ − ‖anchor − negative‖ + margin) (Schroff, Kalenichenko and Philbin 2015). Points that
// coincide get no gradient from their distance.
Var triplet_loss(Var anchor, Var positive, Var negative, real margin = 1, Reduction reduction = Reduction::batch_mean);
// ½d² where the pair is the same, ½ max(0, margin − d)² where it is not, of d = ‖a − b‖ (Hadsell, Chopra and LeCun
// 2006). same [batch]: 1 or 0, or a share of both.
Var contrastive_loss(Var a, Var b, Var same, real margin = 1, Reduction reduction = Reduction::batch_mean);
// 1 − cos(a, b) where the target is 1, max(0, cos(a, b) − margin) where it is −1, as in PyTorch. targets [batch].
// Throws ValueError for another target.
Var cosine_embedding_loss(Var a, Var b, const Tensor& targets, real margin = 0,
                          Reduction reduction = Reduction::batch_mean);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
