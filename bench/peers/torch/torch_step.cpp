#include <torch/torch.h>

#include <cotape/bench/peers/torch/tensors.h>
#include <cotape/bench/peers/torch/torch_step.h>
#include <cotape/engine/base/error.h>

namespace cotape::bench::peer {
namespace {

// Throws ShapeError unless both nets have the same parameters.
void load(torch::nn::Module& net, Module& weights, torch::MemoryFormat format) {
  auto parameters = net.named_parameters();
  const auto theirs = weights.parameters();
  if (parameters.size() != theirs.size())
    fail<ShapeError>("libtorch's net has ", parameters.size(), " parameters, cotape's ", theirs.size());
  for (const Parameter* from : theirs) {
    torch::Tensor* to = parameters.find(from->name());
    const torch::Tensor value = to_torch_parameter(from->value());
    if (!to || to->sizes() != value.sizes())
      fail<ShapeError>("libtorch's net has no ", from->name(), " of shape ", from->value().shape());
    to->set_data(value.dim() == 4 ? value.contiguous(format) : value);
  }
}

}  // namespace

void TorchStep::start(std::shared_ptr<torch::nn::Module> net, Module& weights, torch::MemoryFormat format,
                      const torch::optim::AdamOptions& options) {
  net_ = std::move(net);
  load(*net_, weights, format);
  parameters_ = net_->parameters();
  adam_ = std::make_unique<torch::optim::Adam>(parameters_, options);
}

double TorchStep::run() {
  // zero_grad of this version's C++ API can only fill with zeros.
  for (torch::Tensor& parameter : parameters_) parameter.mutable_grad() = torch::Tensor();
  const torch::Tensor loss = forward().loss;
  loss.backward();
  adam_->step();
  return loss.item<double>();
}

std::unique_ptr<TorchStep> make_torch_step(const StepInfo& step, Module& weights, torch::MemoryFormat format) {
  if (step.net == "dvae") return make_torch_dvae_step(step, weights);
  if (step.net == "flag-net") return make_torch_globe_step(step, weights, format);
  if (step.net == "latent-trees") return make_torch_latent_trees_step(step, weights);
  if (step.net == "retrieval") return make_torch_retrieval_step(step, weights, format);
  if (step.net == "vanilla-cnn") return make_torch_classify_step(step, weights, format);
  if (step.net == "lstm") return make_torch_lstm_step(step, weights);
  if (step.net == "gpt") return make_torch_gpt_step(step, weights);
  if (step.net == "cnn") return make_torch_cnn_step(step, weights, format);
  return make_torch_warcraft_step(step, weights, format);
}

}  // namespace cotape::bench::peer
