#pragma once
#include <span>

#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// How the terms of a loss become one number: their sum, their mean, or (batch_mean) the sum over all axes but the
// first, averaged over the first: a mean over examples.
enum class Reduction { sum, mean, batch_mean };

// −log softmax(logits)[label], logits [batch, classes], one label 0 ≤ label < classes a row. A logit of −∞ masks a
// class: it gets no gradient, and as a row's label costs ∞. A row that is −∞ everywhere makes the loss NaN. Throws
// ShapeError when their numbers differ, ValueError for a label outside the classes. batch_mean equals mean here.
Var cross_entropy(Var logits, std::span<const std::int64_t> labels, Reduction reduction = Reduction::batch_mean);
// Binary cross-entropy −t log σ(x) − (1 − t) log(1 − σ(x)) of targets t in [0, 1]. Shapes agree. An infinite logit
// costs 0 where it agrees with its target, t = 1 for ∞ and t = 0 for −∞, and ∞ otherwise.
Var bce_with_logits(Var logits, Var targets, Reduction reduction = Reduction::batch_mean);
// |a − b|, with gradient sign(a − b), 0 where equal. Shapes agree.
Var l1_loss(Var a, Var b, Reduction reduction = Reduction::batch_mean);
// ½(a − b)². Shapes agree.
Var l2_loss(Var a, Var b, Reduction reduction = Reduction::batch_mean);
// ½d² of d = a − b for |d| ≤ δ, δ(|d| − ½δ) beyond (Huber 1964). Shapes agree. Throws ValueError unless δ > 0.
Var huber_loss(Var a, Var b, real delta = 1, Reduction reduction = Reduction::batch_mean);
// ½d²/β of d = a − b for |d| < β, |d| − ½β beyond (Girshick 2015); l1_loss for β = 0. Shapes agree. Throws ValueError
// unless β ≥ 0.
Var smooth_l1_loss(Var a, Var b, real beta = 1, Reduction reduction = Reduction::batch_mean);
// max(0, margin − t x) of scores x and targets t, each 1 or −1. Shapes agree. The gradient at the kink is 0. Throws
// ValueError for another target.
Var hinge_loss(Var scores, Var targets, real margin = 1, Reduction reduction = Reduction::batch_mean);
// KL(p ‖ q) = Σ p (log p − log q) of target probabilities p and log-probabilities log q, as log_softmax gives them.
// Shapes agree. p = 0 costs nothing, also where q is 0; where p > 0 and q is 0 it is ∞. The slope of p = 0 is −∞, but 0
// where q is 0.
Var kl_divergence(Var log_probabilities, Var targets, Reduction reduction = Reduction::batch_mean);
// KL(q ‖ uniform) = Σ q (log q + log n) of q = softmax(logits) along the last axis of n classes, in nats. A logit of −∞
// masks a class: 0 log 0 counts as 0, and it gets no gradient. A row that is −∞ everywhere makes the loss NaN.
Var kl_to_uniform(Var logits, Reduction reduction = Reduction::batch_mean);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
