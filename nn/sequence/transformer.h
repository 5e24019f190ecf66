#pragma once
#include <functional>
#include <optional>

#include <cotape/nn/layers/dropout.h>
#include <cotape/nn/layers/layer_norm.h>
#include <cotape/nn/sequence/attention.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct TransformerOptions {
  std::int64_t hidden = 0;  // features between the two linear layers; 0: four times those of x
  bool causal = false;      // each step sees itself and the steps before it alone
  bool norm_first = true;   // normalise in front of each part, or else the sum behind it
  real dropout = 0;         // of what each part adds, in training
  real epsilon = real(1e-5);
};

// A block of a transformer for x [batch, time, features] (Vaswani et al. 2017, section 3.1; with the normalisation in
// front Xiong et al., "On layer normalization in the transformer architecture", ICML 2020):
//   x ← x + dropout(attention(norm1(x)))      x ← x + dropout(linear2(gelu(linear1(norm2(x)))))
// or x ← norm1(x + …), x ← norm2(x + …) with norm_first off. The names of its parts, "self_attn", "linear1", "linear2",
// "norm1", "norm2" and, where there is dropout, "dropout1", "dropout2", are those of PyTorch's TransformerEncoderLayer,
// which with activation="gelu" and dropout 0 computes the same; its dropout also acts on the attention's weights and
// between the linear layers, this one's does not.
class TransformerBlock final : public Layer {
 public:
  // Throws ValueError for sizes that MultiHeadAttention or Linear refuse, or a dropout outside [0, 1).
  TransformerBlock(std::int64_t features, std::int64_t heads, const TransformerOptions& options, Rng& rng);

  using Layer::operator();
  // padding [batch, time]: steps with a number other than 0 are not seen.
  Var operator()(Var x, const Tensor& padding);

 private:
  Var forward(Var x) override { return run(x, nullptr); }
  Var run(Var x, const Tensor* padding);
  Var add_part(Var x, LayerNorm& norm, std::optional<Dropout>& dropout, const std::function<Var(Var)>& part);

  TransformerOptions options_;
  MultiHeadAttention attention_;
  Linear linear1_, linear2_;
  LayerNorm norm1_, norm2_;
  std::optional<Dropout> dropout1_, dropout2_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
