#pragma once
#include <optional>

#include <cotape/engine/ops/layer_norm.h>
#include <cotape/nn/layers/module.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct LayerNormOptions {
  real epsilon = real(1e-5);
  bool bias = true;
};

// layer_norm over the last axes of x, which have the shape `features`. Parameters "weight", at first 1, and "bias", at
// first 0, both of that shape.
class LayerNorm final : public Layer {
 public:
  // Throws ValueError for a shape without axes or numbers, or ε not positive, ShapeError for a negative size.
  explicit LayerNorm(const Shape& features, const LayerNormOptions& options = {});
  explicit LayerNorm(std::int64_t features, const LayerNormOptions& options = {})
      : LayerNorm(Shape{features}, options) {}

 private:
  Var forward(Var x) override;

  LayerNormSettings settings_;
  Parameter weight_;
  std::optional<Parameter> bias_;
};

// rms_norm over x's last axis. Parameter "weight" [features], at first 1.
class RmsNorm final : public Layer {
 public:
  // Throws ValueError for features < 1 or ε not positive.
  explicit RmsNorm(std::int64_t features, real epsilon = real(1e-5));

 private:
  Var forward(Var x) override;

  real epsilon_;
  Parameter weight_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
