#pragma once
#include <memory>

#include <torch/nn/module.h>

#include <cotape/bench/steps/catalogue.h>

namespace cotape::bench::peer {

// The nets of apps/warcraft with softplus costs: maps [batch, 3, 8k, 8k] to costs [batch, k, k].
struct CostNet : torch::nn::Module {
  virtual torch::Tensor forward(const torch::Tensor& maps) = 0;
};

// Parameters are named as those of cotape's net.
std::shared_ptr<CostNet> make_cost_net(const StepInfo& step);

}  // namespace cotape::bench::peer
