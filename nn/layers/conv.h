#pragma once
#include <optional>

#include <cotape/engine/ops/conv.h>
#include <cotape/nn/layers/init.h>
#include <cotape/nn/layers/module.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

struct Conv2dOptions {
  Size2d stride = 1;
  Padding padding = {};
  bool bias = true;
  Activation activation = Activation::none;
  std::int64_t max_pool = 1;  // as ConvSettings, and so are the next two
  Size2d dilation = 1;
  std::int64_t groups = 1;
};

struct Conv1dOptions {
  std::int64_t stride = 1;
  Padding1d padding = {};
  bool bias = true;
  Activation activation = Activation::none;
  std::int64_t dilation = 1;  // as Conv1dSettings, and so is the next one
  std::int64_t groups = 1;
};

struct ConvTranspose2dOptions {
  Size2d stride = 1;
  Padding padding = {};
  Size2d output_padding = 0;  // as ConvTransposeSettings
  bool bias = true;
  Activation activation = Activation::none;
  Size2d dilation = 1;
  std::int64_t groups = 1;
};

// What the layers below have in common: the filters "weight", at first init::he_normal, and, if wanted, "bias" [out],
// at first 0.
class ConvLayer : public Layer {
 public:
  Parameter& weight() { return weight_; }
  // nullptr without bias.
  Parameter* bias() { return bias_ ? &*bias_ : nullptr; }

 protected:
  ConvLayer(const Shape& weight, init::Fans fans, std::int64_t out, bool bias, Rng& rng);

  Parameter weight_;
  std::optional<Parameter> bias_;
};

// A convolution of images [batch, h, w, in] with `out` filters of so many pixels, as one op with bias, activation and
// pooling. Parameters "weight" [kernel height, kernel width, in / groups, out] and "bias" [out].
class Conv2d final : public ConvLayer {
 public:
  // Throws ValueError for sizes < 1 or channels that do not divide into groups.
  Conv2d(std::int64_t in, std::int64_t out, const Size2d& kernel, const Conv2dOptions& options, Rng& rng);

 private:
  Var forward(Var x) override;

  ConvSettings settings_;
};

// The same of sequences [batch, length, in]. Parameters "weight" [kernel, in / groups, out] and "bias" [out].
class Conv1d final : public ConvLayer {
 public:
  // Throws as Conv2d does.
  Conv1d(std::int64_t in, std::int64_t out, std::int64_t kernel, const Conv1dOptions& options, Rng& rng);

 private:
  Var forward(Var x) override;

  Conv1dSettings settings_;
};

// conv_transpose2d of images [batch, h, w, in]. Parameters "weight" [kernel height, kernel width, out / groups, in] and
// "bias" [out].
class ConvTranspose2d final : public ConvLayer {
 public:
  // Throws as Conv2d does.
  ConvTranspose2d(std::int64_t in, std::int64_t out, const Size2d& kernel, const ConvTranspose2dOptions& options,
                  Rng& rng);

 private:
  Var forward(Var x) override;

  ConvTransposeSettings settings_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
