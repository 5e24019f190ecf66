#pragma once
#include <cotape/engine/ops/embedding.h>
#include <cotape/nn/layers/module.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct EmbeddingOptions {
  std::optional<std::int64_t> padding = {};  // this row is at first 0 and gets no gradient
};

// A table of learned rows, one for each index: words, items, places in a sequence. A step touches only the gradients of
// rows that it uses, and with Adam's lazy_rows changes only these. Parameter "weight" [rows, features], at first
// standard normal, as PyTorch's.
class Embedding final : public Module {
 public:
  // Throws ValueError for sizes < 1 or a padding that is no row.
  Embedding(std::int64_t rows, std::int64_t features, const EmbeddingOptions& options, Rng& rng);

  // The rows of these indices, [shape..., features]; without a shape [indices, features]. Throws what the op
  // `embedding` throws.
  Var operator()(Tape& tape, std::span<const std::int64_t> indices, const std::optional<Shape>& shape = {});

  Parameter& weight() { return weight_; }

 private:
  EmbeddingOptions options_;
  Parameter weight_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
