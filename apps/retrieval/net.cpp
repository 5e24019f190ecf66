#include <cotape/apps/retrieval/net.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/layers/batch_norm.h>
#include <cotape/nn/layers/conv.h>
#include <cotape/solvers/perturb/projections.h>

namespace cotape::app {

EmbeddingNet::EmbeddingNet(std::int64_t channels, Rng& rng) {
  const BatchNormOptions normalised{.activation = Activation::relu, .max_pool = PoolSettings{}};
  for (int block = 1; block <= 4; ++block) {
    const std::string number = std::to_string(block);
    const std::int64_t in = block == 1 ? 1 : channels;
    // The normalisation takes a bias off again.
    blocks_.emplace<Conv2d>("conv" + number, in, channels, 3, Conv2dOptions{.padding = Padding::same(3), .bias = false},
                            rng);
    blocks_.emplace<BatchNorm>("norm" + number, channels, normalised);
  }
  add("blocks", blocks_);
}

Var EmbeddingNet::forward(Var pictures) {
  const Var features = blocks_(pictures);
  return unit_norm(reshape(features, {features.shape()[0], -1}));
}

}  // namespace cotape::app
