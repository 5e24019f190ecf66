#pragma once
#include <cotape/engine/ops/attention.h>
#include <cotape/nn/layers/linear.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Attention with several heads between linear layers (Vaswani et al., "Attention is all you need", NeurIPS 2017,
// section 3.2.2), of x to itself or to another sequence. All sequences are [batch, time, features]; the result has the
// shape of x. Parameters have PyTorch's names and shapes, so that its weights can be used as they are: "in_proj_weight"
// [3 · features, features], the layers for queries, keys and values one below the other, at first
// init::glorot_uniform, "in_proj_bias" [3 · features], at first 0, and the Linear "out_proj".
class MultiHeadAttention final : public Layer {
 public:
  // Throws ValueError unless features and heads are positive and heads divide the features.
  MultiHeadAttention(std::int64_t features, std::int64_t heads, Rng& rng);

  using Layer::operator();
  // Of x to itself.
  Var operator()(Var x, const AttentionMask& mask);
  // Of x to the steps of `memory`.
  Var operator()(Var x, Var memory, const AttentionMask& mask = {});

 private:
  Var forward(Var x) override { return attend(x, {}); }
  Var attend(Var x, const AttentionMask& mask);

  std::int64_t features_, heads_;
  Parameter weight_, bias_;
  Linear out_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
