#pragma once
#include <cotape/nn/layers/batch_norm.h>
#include <cotape/nn/layers/conv.h>
#include <cotape/nn/layers/sequential.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// y = body(x) + shortcut(x), where a shortcut without layers is x itself.
//
//   auto& block = net.emplace<Residual>("block");
//   block.body().emplace<LayerNorm>("norm", 64);
//   block.body().emplace<Linear>("linear", 64, 64, LinearOptions{}, rng);
class Residual final : public Layer {
 public:
  Residual();

  // To be filled with layers.
  Sequential& body() { return body_; }
  Sequential& shortcut() { return shortcut_; }

 private:
  // Throws ShapeError when body and shortcut make different shapes.
  Var forward(Var x) override;

  Sequential body_, shortcut_;
};

// The basic block of He et al., "Deep residual learning for image recognition", CVPR 2016, fig. 2 and 5 left:
// ReLU(norm2(conv2(ReLU(norm1(conv1(x))))) + x), 3×3 filters without bias. Where stride or channels change, x goes
// through a 1×1 convolution with that stride and a normalisation ("downsample", "downsample_norm").
class BasicBlock final : public Layer {
 public:
  // Throws ValueError for sizes < 1.
  BasicBlock(std::int64_t in, std::int64_t out, std::int64_t stride, Rng& rng);

 private:
  Var forward(Var x) override;

  Conv2d conv1_;
  BatchNorm norm1_;
  Conv2d conv2_;
  BatchNorm norm2_;
  std::optional<Conv2d> downsample_;
  std::optional<BatchNorm> downsample_norm_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
