#pragma once
#include <memory>

#include <torch/nn/module.h>
#include <torch/optim/adam.h>

#include <cotape/bench/steps/catalogue.h>
#include <cotape/bench/steps/step.h>

namespace cotape::bench::peer {

// A training step of cotape's programs written against libtorch: the same net with the same first weights, batch,
// losses and solver. Where libtorch offers several ways, the fastest found is taken:
//   - oneDNN's convolutions; the net's filters and the batch in the memory format that is asked for, converted once
//   - ReLU in place, gradients set to none instead of zero, denormal numbers flushed to zero
//   - layer_norm, one kernel, for the projection that standardises scores
//   - torch::optim::Adam, the only form of it in the C++ API of 1.13
//   - OpenBLAS and OpenMP with as many threads as asked for, nothing in the background
class TorchStep {
 public:
  virtual ~TorchStep() = default;

  struct Values {
    torch::Tensor output;  // of the net: logits of pixels, costs, distances
    torch::Tensor loss;
  };

  // The whole step; returns the loss.
  double run();
  virtual Values forward() = 0;
  torch::nn::Module& net() { return *net_; }

  // From now on: these solutions instead of the solver's, and this noise on the scores where there is any.
  // Only where there is a solver.
  virtual void replay(const torch::Tensor&, const torch::Tensor&) {}

 protected:
  // Takes over the net with the weights of cotape's, found by their names, and makes its optimiser.
  void start(std::shared_ptr<torch::nn::Module> net, Module& weights, torch::MemoryFormat format,
             const torch::optim::AdamOptions& options);

 private:
  std::shared_ptr<torch::nn::Module> net_;
  std::vector<torch::Tensor> parameters_;
  std::unique_ptr<torch::optim::Adam> adam_;
};

// The step that begins with the weights of `weights`, the net of cotape's step.
std::unique_ptr<TorchStep> make_torch_step(const StepInfo& step, Module& weights, torch::MemoryFormat format);

// One function for each kind of net, in a file of its own.
std::unique_ptr<TorchStep> make_torch_dvae_step(const StepInfo& step, Module& weights);
std::unique_ptr<TorchStep> make_torch_warcraft_step(const StepInfo& step, Module& weights, torch::MemoryFormat format);
std::unique_ptr<TorchStep> make_torch_globe_step(const StepInfo& step, Module& weights, torch::MemoryFormat format);
std::unique_ptr<TorchStep> make_torch_latent_trees_step(const StepInfo& step, Module& weights);
std::unique_ptr<TorchStep> make_torch_retrieval_step(const StepInfo& step, Module& weights, torch::MemoryFormat format);
std::unique_ptr<TorchStep> make_torch_classify_step(const StepInfo& step, Module& weights, torch::MemoryFormat format);
std::unique_ptr<TorchStep> make_torch_lstm_step(const StepInfo& step, Module& weights);
std::unique_ptr<TorchStep> make_torch_gpt_step(const StepInfo& step, Module& weights);
std::unique_ptr<TorchStep> make_torch_cnn_step(const StepInfo& step, Module& weights, torch::MemoryFormat format);

}  // namespace cotape::bench::peer
