#include <torch/torch.h>

#include <cotape/bench/peers/torch/tensors.h>
#include <cotape/bench/peers/torch/torch_step.h>
#include <cotape/bench/steps/batches.h>

namespace cotape::bench::peer {
namespace {

struct CnnNet : torch::nn::Module {
  CnnNet()
      : conv1(register_module("conv1", torch::nn::Conv2d(torch::nn::Conv2dOptions(1, 32, 3).padding(1)))),
        conv2(register_module("conv2", torch::nn::Conv2d(torch::nn::Conv2dOptions(32, 64, 3).padding(1)))),
        classifier(register_module("classifier", torch::nn::Linear(7 * 7 * 64, 10))) {}
  torch::Tensor forward(const torch::Tensor& images) {
    const torch::Tensor x = torch::max_pool2d(conv1(images).relu_(), 2, 2);
    const torch::Tensor y = torch::max_pool2d(conv2(x).relu_(), 2, 2);
    // Features in the order of cotape, channels last.
    return classifier(y.permute({0, 2, 3, 1}).reshape({y.size(0), -1}));
  }
  torch::nn::Conv2d conv1, conv2;
  torch::nn::Linear classifier;
};

class CnnStep final : public TorchStep {
 public:
  CnnStep(const StepInfo& step, Module& weights, torch::MemoryFormat format) : net_(std::make_shared<CnnNet>()) {
    images_ = to_torch_images(image_batch(step).images.reshaped({step.batch, 28, 28, 1}), format);
    labels_ = torch::tensor(image_labels(step));
    start(net_, weights, format, torch::optim::AdamOptions(1e-3));
  }

  Values forward() override {
    const torch::Tensor logits = net_->forward(images_);
    return {logits, torch::nn::functional::cross_entropy(logits, labels_)};
  }

 private:
  std::shared_ptr<CnnNet> net_;
  torch::Tensor images_, labels_;
};

}  // namespace

std::unique_ptr<TorchStep> make_torch_cnn_step(const StepInfo& step, Module& weights, torch::MemoryFormat format) {
  return std::make_unique<CnnStep>(step, weights, format);
}

}  // namespace cotape::bench::peer
