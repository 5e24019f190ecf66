#pragma once
#include <span>

#include <cotape/engine/ops/loss.h>
#include <cotape/engine/tape/tape.h>

// Probabilities that may be 0: SparseMAP (Niculae et al. 2018) where one class is chosen.
namespace cotape {
inline namespace COTAPE_PRECISION {

// The nearest point of the probability simplex, argmin_p ‖p − x‖², of each row along the last axis: exact, by sorting
// (A. Martins and R. Astudillo, "From softmax to sparsemax", ICML 2016, algorithm 1). With the support S, where p > 0,
//   p = max(0, x − τ),   dx = (dy − mean_S dy) in S, 0 elsewhere.
// A row shifted by a number has the same p. x = −∞ masks an element; a row that is −∞ everywhere, or holds +∞ or NaN,
// becomes NaN. Throws ShapeError for a scalar.
Var sparsemax(Var x);

// The Fenchel–Young loss that sparsemax belongs to (Martins and Astudillo 2016, eq. 20; Blondel et al. 2020) of logits
// [batch, classes] and a class of each row:
//   max_p (⟨x, p⟩ − ½‖p‖²) + ½ − x[label] = ½‖e − x‖² − ½‖p − x‖²,   ∂/∂x = p − e,
// with p = sparsemax(x) and e the one-hot label: ≥ 0, and 0 exactly where x[label] is at least 1 above all others. The
// mean equals batch_mean, over rows. Throws ShapeError unless logits have a row for each label and are not empty,
// ValueError for a label that is no class.
Var sparsemax_loss(Var logits, std::span<const std::int64_t> labels, Reduction reduction = Reduction::batch_mean);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
