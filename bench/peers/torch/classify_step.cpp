#include <torch/csrc/autograd/custom_function.h>
#include <torch/torch.h>

#include <cotape/bench/peers/torch/tensors.h>
#include <cotape/bench/peers/torch/torch_step.h>
#include <cotape/bench/steps/batches.h>

namespace cotape::bench::peer {
namespace {

constexpr std::int64_t classes = 10;

// The net of apps/classify: images [n, 3, 32, 32] to logits [n, 10].
struct VanillaCnn : torch::nn::Module {
  VanillaCnn()
      : conv1(convolution("conv1", 3, 32, 1)),
        conv2(convolution("conv2", 32, 32, 0)),
        conv3(convolution("conv3", 32, 64, 1)),
        conv4(convolution("conv4", 64, 64, 0)),
        fc1(register_module("fc1", torch::nn::Linear(6 * 6 * 64, 512))),
        fc2(register_module("fc2", torch::nn::Linear(512, classes))) {}
  torch::Tensor forward(const torch::Tensor& images) {
    const torch::Tensor x = torch::max_pool2d(conv2(conv1(images).relu_()).relu_(), 2, 2);
    const torch::Tensor y = torch::max_pool2d(conv4(conv3(x).relu_()).relu_(), 2, 2);
    // Features in the order of cotape, channels last.
    return fc2(fc1(y.permute({0, 2, 3, 1}).reshape({y.size(0), -1})).relu_());
  }
  torch::nn::Conv2d conv1, conv2, conv3, conv4;
  torch::nn::Linear fc1, fc2;

 private:
  torch::nn::Conv2d convolution(const char* name, std::int64_t in, std::int64_t out, std::int64_t padding) {
    return register_module(name, torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).padding(padding)));
  }
};

// The Fenchel–Young loss with ε = 1: what is wanted is one-hot, the noise [n, draws, 10].
class FenchelYoung : public torch::autograd::Function<FenchelYoung> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& logits,
                               const torch::Tensor& wanted, torch::Tensor noise) {
    const std::int64_t rows = noise.size(0), draws = noise.size(1);
    const auto [best, place] = noise.add_(logits.unsqueeze(1)).max(2);
    const torch::Tensor of_row = torch::arange(0, rows * classes, classes).unsqueeze(1);
    const torch::Tensor counts = torch::bincount((place + of_row).view(-1), {}, rows * classes).view({rows, classes});
    context->save_for_backward({(counts / static_cast<double>(draws) - wanted) / static_cast<double>(rows)});
    return best.mean() - (logits * wanted).sum() / static_cast<double>(rows);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list dy) {
    return {context->get_saved_variables()[0] * dy[0], torch::Tensor(), torch::Tensor()};
  }
};

class ClassifyStep final : public TorchStep {
 public:
  ClassifyStep(const StepInfo& step, Module& weights, torch::MemoryFormat format)
      : net_(std::make_shared<VanillaCnn>()), draws_(step.size) {
    images_ = to_torch_images(colour_batch(step), format);
    labels_ = torch::tensor(image_labels(step));
    wanted_ = torch::one_hot(labels_, classes).to(torch::kFloat32);
    start(net_, weights, format, torch::optim::AdamOptions(1e-4));
  }

  Values forward() override {
    const torch::Tensor logits = net_->forward(images_);
    if (draws_ == 0) return {logits, torch::nn::functional::cross_entropy(logits, labels_)};
    torch::Tensor noise = noise_.defined() ? noise_.clone() : torch::randn({logits.size(0), draws_, classes});
    return {logits, FenchelYoung::apply(logits, wanted_, noise)};
  }

  void replay(const torch::Tensor&, const torch::Tensor& noise) override { noise_ = noise; }

 private:
  std::shared_ptr<VanillaCnn> net_;
  std::int64_t draws_;
  torch::Tensor images_, labels_, wanted_, noise_;
};

}  // namespace

std::unique_ptr<TorchStep> make_torch_classify_step(const StepInfo& step, Module& weights, torch::MemoryFormat format) {
  return std::make_unique<ClassifyStep>(step, weights, format);
}

}  // namespace cotape::bench::peer
