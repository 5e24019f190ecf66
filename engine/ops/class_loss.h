#pragma once
#include <optional>

#include <cotape/engine/ops/loss.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Losses of classes that have weights, and of labels some of which do not count. Logits, scores and log-probabilities
// are [batch, classes]; one label 0 ≤ label < classes a row. They throw ShapeError when shapes or numbers do not fit,
// ValueError for a label outside the classes.
//
// mean divides by the sum of the weights of the labels that count, as PyTorch does, and throws ValueError where it is
// 0; batch_mean divides by the number of rows.

struct NllOptions {
  Tensor class_weights = {};                       // [classes]; none given: all are 1
  std::optional<std::int64_t> ignored_label = {};  // rows with this label cost nothing, whatever else they hold
  Reduction reduction = Reduction::mean;
};

// −w[label] log p[label] of log-probabilities, as log_softmax gives them. A weight of 0 times an infinite one is 0.
Var nll_loss(Var log_probabilities, std::span<const std::int64_t> labels, const NllOptions& options = {});

struct CrossEntropyOptions {
  Tensor class_weights = {};                       // [classes]; none given: all are 1
  real label_smoothing = 0;                        // the share ε of a target that all classes get alike, in [0, 1]
  std::optional<std::int64_t> ignored_label = {};  // rows with this label cost nothing, whatever else they hold
  Reduction reduction = Reduction::mean;
};

// −Σ_c w_c ((1 − ε) [c = label] + ε / classes) log softmax(logits)_c. A logit of −∞ masks a class, as in cross_entropy
// without options; beside label smoothing it costs ∞, unless its weight is 0. Throws ValueError for ε outside [0, 1].
Var cross_entropy(Var logits, std::span<const std::int64_t> labels, const CrossEntropyOptions& options);
// The same with probabilities of all classes for each row in place of a label, targets [batch, classes]. mean equals
// batch_mean; no label can be ignored: throws ValueError when one is given.
Var cross_entropy(Var logits, Var targets, const CrossEntropyOptions& options = {});

// Σ max(0, margin − (x[label] − x[c])) / classes over the other classes c of scores x (Weston and Watkins 1999); the
// gradient at a kink is 0.
Var multi_margin_loss(Var scores, std::span<const std::int64_t> labels, real margin = 1,
                      Reduction reduction = Reduction::batch_mean);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
