#pragma once
#include <cotape/nn/layers/conv.h>
#include <cotape/nn/layers/linear.h>

namespace cotape::app {

// A convolutional net that looks at a flag and says where on the globe its country's capital is: flags [n, 20, 40, 3]
// to points of the unit sphere [n, 3]. Convolution to 20 channels (4 × 4, stride 2), ReLU, with pooling the maximum of
// 2 × 2; convolution to 50 channels (4 × 4, stride 2), ReLU; 500 units, ReLU; 3 numbers, divided by their norm.
class FlagNet final : public Layer {
 public:
  FlagNet(bool pooled, Rng& rng);

 private:
  Var forward(Var flags) override;

  Conv2d conv1_, conv2_;
  Linear fc1_, fc2_;
};

}  // namespace cotape::app
