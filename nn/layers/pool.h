#pragma once
#include <cotape/engine/ops/pool.h>
#include <cotape/nn/layers/module.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// The pooling ops as layers of images [batch, height, width, channels]. They throw what the ops throw, when called.

// max_pool2d.
class MaxPool2d final : public Layer {
 public:
  explicit MaxPool2d(const PoolSettings& settings = {}) : settings_(settings) {}

 private:
  Var forward(Var x) override { return max_pool2d(x, settings_); }

  PoolSettings settings_;
};

// average_pool2d.
class AveragePool2d final : public Layer {
 public:
  explicit AveragePool2d(const PoolSettings& settings = {}) : settings_(settings) {}

 private:
  Var forward(Var x) override { return average_pool2d(x, settings_); }

  PoolSettings settings_;
};

// adaptive_max_pool2d to images of this size.
class AdaptiveMaxPool2d final : public Layer {
 public:
  explicit AdaptiveMaxPool2d(const Size2d& size = 1) : size_(size) {}

 private:
  Var forward(Var x) override { return adaptive_max_pool2d(x, size_.height, size_.width); }

  Size2d size_;
};

// adaptive_average_pool2d to images of this size; of size 1 it is the mean of all pixels.
class AdaptiveAveragePool2d final : public Layer {
 public:
  explicit AdaptiveAveragePool2d(const Size2d& size = 1) : size_(size) {}

 private:
  Var forward(Var x) override { return adaptive_average_pool2d(x, size_.height, size_.width); }

  Size2d size_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
