#pragma once
#include <cotape/engine/ops/matmul.h>
#include <cotape/nn/layers/module.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct LinearOptions {
  bool bias = true;
  Activation activation = Activation::none;
};

// y[..., out] = activation(x[..., in] · weightᵀ + bias), as one op. Parameters "weight" [out, in], at first
// init::glorot_uniform, and "bias" [out], at first 0.
class Linear final : public Layer {
 public:
  // Throws ValueError for sizes < 1.
  Linear(std::int64_t in, std::int64_t out, const LinearOptions& options, Rng& rng);
  // A layer whose weight [out, in] is a parameter of another module, such as the table of an embedding (Press and Wolf,
  // "Using the output embedding to improve language models", EACL 2017). Throws ShapeError unless that is a matrix.
  Linear(Parameter& tied_weight, const LinearOptions& options);

  Parameter& weight() { return *weight_; }
  // nullptr without bias.
  Parameter* bias() { return bias_ ? &*bias_ : nullptr; }

 private:
  Var forward(Var x) override;

  Activation activation_;
  Parameter own_weight_;
  Parameter* weight_ = &own_weight_;
  std::optional<Parameter> bias_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
