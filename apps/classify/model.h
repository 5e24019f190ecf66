#pragma once
#include <cotape/nn/layers/conv.h>
#include <cotape/nn/layers/linear.h>

namespace cotape::app {

// Sizes of images and number of classes.
struct ClassifierSizes {
  std::int64_t height = 28, width = 28, channels = 1, classes = 10;
};

// The net vanilla_cnn of Berthet et al. 2020, §5.1: two convolutions with 32 filters of 3 × 3, the first one on padded
// images, ReLU after each, and pooling; the same with 64 filters; linear layers of 512 units with ReLU and of the
// classes. Weights begin Glorot-uniform, biases at 0, as in Keras.
class VanillaCnn final : public Layer {
 public:
  // Throws ValueError for images of less than 10 × 10 pixels.
  VanillaCnn(const ClassifierSizes& sizes, Rng& rng);

 private:
  // Logits [B, classes] of images [B, height, width, channels].
  Var forward(Var images) override;

  Conv2d conv1_, conv2_, conv3_, conv4_;
  Linear fc1_, fc2_;
};

}  // namespace cotape::app
