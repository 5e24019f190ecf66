#pragma once
#include <optional>

#include <cotape/engine/ops/conv.h>
#include <cotape/nn/layers/module.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct Conv2dOptions {
  std::int64_t stride = 1;
  Padding padding = {};
  bool bias = true;
  Activation activation = Activation::none;
  std::int64_t max_pool = 1;  // as ConvSettings
};

// A convolution of images [batch, h, w, in] with `out` filters of kernel × kernel pixels, as one op with bias,
// activation and pooling. Parameters "weight" [kernel, kernel, in, out], at first init::he_normal, and "bias" [out], at
// first 0.
class Conv2d final : public Layer {
 public:
  // Throws ValueError for sizes < 1.
  Conv2d(std::int64_t in, std::int64_t out, std::int64_t kernel, const Conv2dOptions& options, Rng& rng);

  Parameter& weight() { return weight_; }
  // nullptr without bias.
  Parameter* bias() { return bias_ ? &*bias_ : nullptr; }

 private:
  Var forward(Var x) override;

  ConvSettings settings_;
  Parameter weight_;
  std::optional<Parameter> bias_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
