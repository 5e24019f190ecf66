#include <torch/torch.h>

#include <cotape/bench/peers/torch/cost_nets.h>

namespace cotape::bench::peer {
namespace {

constexpr std::int64_t channels = 64;

torch::nn::Conv2d conv(std::int64_t in, std::int64_t kernel, std::int64_t stride) {
  return torch::nn::Conv2d(
      torch::nn::Conv2dOptions(in, channels, kernel).stride(stride).padding(kernel / 2).bias(false));
}

struct BasicBlock : torch::nn::Module {
  BasicBlock()
      : conv1(register_module("conv1", conv(channels, 3, 1))),
        conv2(register_module("conv2", conv(channels, 3, 1))),
        norm1(register_module("norm1", torch::nn::BatchNorm2d(channels))),
        norm2(register_module("norm2", torch::nn::BatchNorm2d(channels))) {}
  torch::Tensor forward(const torch::Tensor& x) { return norm2(conv2(norm1(conv1(x)).relu_())).add_(x).relu_(); }
  torch::nn::Conv2d conv1, conv2;
  torch::nn::BatchNorm2d norm1, norm2;
};

// ResNet-18 up to its first stage, then the maximum of each cell and the mean over channels.
struct CombResnetBody : torch::nn::Module {
  CombResnetBody()
      : stem(register_module("conv", conv(3, 7, 2))),
        norm(register_module("norm", torch::nn::BatchNorm2d(channels))),
        block1(register_module("block1", std::make_shared<BasicBlock>())),
        block2(register_module("block2", std::make_shared<BasicBlock>())) {}
  torch::Tensor forward(const torch::Tensor& maps, std::int64_t size) {
    const torch::Tensor x = torch::max_pool2d(norm(stem(maps)).relu_(), 3, 2, 1);
    return std::get<0>(torch::adaptive_max_pool2d(block2->forward(block1->forward(x)), {size, size})).mean(1);
  }
  torch::nn::Conv2d stem;
  torch::nn::BatchNorm2d norm;
  std::shared_ptr<BasicBlock> block1, block2;
};

// Three convolutions that keep the size, with the extra row and column of padding last, as cotape's.
struct PureConvBody : torch::nn::Module {
  PureConvBody()
      : conv1(register_module("conv1", same(3, 32, 4))),
        conv2(register_module("conv2", same(32, 32, 2))),
        conv3(register_module("conv3", same(32, 1, 2))) {}
  torch::Tensor forward(const torch::Tensor& maps) {
    const torch::Tensor x = torch::max_pool2d(conv1(maps).relu_(), 4, 4);
    return conv3(torch::avg_pool2d(conv2(x).relu_(), 2, 2)).squeeze(1);
  }
  static torch::nn::Conv2d same(std::int64_t in, std::int64_t out, std::int64_t kernel) {
    return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, kernel).padding(torch::kSame));
  }
  torch::nn::Conv2d conv1, conv2, conv3;
};

struct CombResnet final : CostNet {
  explicit CombResnet(std::int64_t cells)
      : size(cells), body(register_module("body", std::make_shared<CombResnetBody>())) {}
  torch::Tensor forward(const torch::Tensor& maps) override { return torch::softplus(body->forward(maps, size)); }
  std::int64_t size;
  std::shared_ptr<CombResnetBody> body;
};

struct PureConv final : CostNet {
  PureConv() : body(register_module("body", std::make_shared<PureConvBody>())) {}
  torch::Tensor forward(const torch::Tensor& maps) override { return torch::softplus(body->forward(maps)); }
  std::shared_ptr<PureConvBody> body;
};

}  // namespace

std::shared_ptr<CostNet> make_cost_net(const StepInfo& step) {
  if (step.net == "combresnet") return std::make_shared<CombResnet>(step.size);
  return std::make_shared<PureConv>();
}

}  // namespace cotape::bench::peer
