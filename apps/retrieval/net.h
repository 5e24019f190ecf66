#pragma once
#include <cotape/nn/layers/module.h>
#include <cotape/nn/layers/sequential.h>

namespace cotape::app {

inline constexpr std::int64_t picture_side = 28;

// Pictures [B, 28, 28, 1] as unit vectors [B, channels], whose products are cosines: four times a 3×3 convolution,
// batch normalisation, ReLU and the maximum of 2×2 pixels, 28 → 14 → 7 → 3 → 1 (the net of Vinyals et al. 2016).
class EmbeddingNet final : public Layer {
 public:
  EmbeddingNet(std::int64_t channels, Rng& rng);

 private:
  Var forward(Var pictures) override;

  Sequential blocks_;
};

}  // namespace cotape::app
