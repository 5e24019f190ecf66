#pragma once
#include <utility>

#include <cotape/engine/ops/arithmetic.h>
#include <cotape/engine/ops/softmax.h>
#include <cotape/nn/layers/module.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A function of one value as a layer without parameters. Another one is one line here: `using Relu =
// FunctionLayer<relu>;`
template <Var (*function)(Var)>
class FunctionLayer final : public Layer {
 private:
  Var forward(Var x) override { return function(std::move(x)); }
};

using Relu = FunctionLayer<relu>;
using Sigmoid = FunctionLayer<sigmoid>;
using Tanh = FunctionLayer<tanh>;
using Softplus = FunctionLayer<softplus>;

// x for x > 0, α(eˣ − 1) otherwise.
class Elu final : public Layer {
 public:
  explicit Elu(real alpha = 1) : alpha_(alpha) {}

 private:
  Var forward(Var x) override { return elu(x, alpha_); }

  real alpha_;
};

// softmax along an axis.
class Softmax final : public Layer {
 public:
  explicit Softmax(int axis = -1) : axis_(axis) {}

 private:
  Var forward(Var x) override { return softmax(x, axis_); }

  int axis_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
