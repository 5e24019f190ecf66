#include <torch/torch.h>

#include <cotape/bench/peers/torch/tensors.h>
#include <cotape/bench/peers/torch/torch_step.h>
#include <cotape/bench/steps/batches.h>

#include <cmath>
#include <limits>

namespace cotape::bench::peer {
namespace {

constexpr std::int64_t width = 128, heads = 4;

// Attention as products of whole batches: torch::nn::MultiheadAttention, which also gives the weights' mean, is slower.
struct Attention : torch::nn::Module {
  explicit Attention(std::int64_t context)
      : weight(register_parameter("in_proj_weight", torch::empty({3 * width, width}))),
        bias(register_parameter("in_proj_bias", torch::empty({3 * width}))),
        out(register_module("out_proj", torch::nn::Linear(width, width))),
        mask(torch::full({context, context}, -std::numeric_limits<float>::infinity()).triu(1)) {}
  torch::Tensor forward(const torch::Tensor& x) {
    const std::int64_t batch = x.size(0), time = x.size(1), d = width / heads;
    const torch::Tensor qkv = torch::linear(x, weight, bias).view({batch, time, 3, heads, d}).permute({2, 0, 3, 1, 4});
    const auto part = [&](std::int64_t i) { return qkv.select(0, i).reshape({batch * heads, time, d}); };
    const torch::Tensor scores =
        torch::baddbmm(mask, part(0), part(1).transpose(1, 2), 1, 1 / std::sqrt(static_cast<double>(d)));
    const torch::Tensor y = torch::bmm(torch::softmax(scores, -1), part(2));
    return out(y.view({batch, heads, time, d}).transpose(1, 2).reshape({batch, time, width}));
  }
  torch::Tensor weight, bias;
  torch::nn::Linear out;
  torch::Tensor mask;
};

torch::nn::LayerNorm layer_norm() { return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width})); }

struct Block : torch::nn::Module {
  explicit Block(std::int64_t context)
      : attention(register_module("self_attn", std::make_shared<Attention>(context))),
        linear1(register_module("linear1", torch::nn::Linear(width, 4 * width))),
        linear2(register_module("linear2", torch::nn::Linear(4 * width, width))),
        norm1(register_module("norm1", layer_norm())),
        norm2(register_module("norm2", layer_norm())) {}
  torch::Tensor forward(const torch::Tensor& x) {
    const torch::Tensor y = x + attention->forward(norm1(x));
    return y + linear2(torch::gelu(linear1(norm2(y))));
  }
  std::shared_ptr<Attention> attention;
  torch::nn::Linear linear1, linear2;
  torch::nn::LayerNorm norm1, norm2;
};

struct GptNet : torch::nn::Module {
  explicit GptNet(std::int64_t context)
      : tokens(register_module("tokens", torch::nn::Embedding(text_vocabulary, width))),
        places(register_parameter("places", torch::empty({context, width}))),
        block1(register_module("block1", std::make_shared<Block>(context))),
        block2(register_module("block2", std::make_shared<Block>(context))),
        norm(register_module("norm", layer_norm())),
        head(register_module("head", torch::nn::Linear(torch::nn::LinearOptions(width, text_vocabulary).bias(false)))) {
  }
  torch::Tensor forward(const torch::Tensor& text) {
    return head(norm(block2->forward(block1->forward(tokens(text) + places))));
  }
  torch::nn::Embedding tokens;
  torch::Tensor places;
  std::shared_ptr<Block> block1, block2;
  torch::nn::LayerNorm norm;
  torch::nn::Linear head;
};

class GptStep final : public TorchStep {
 public:
  GptStep(const StepInfo& step, Module& weights) : net_(std::make_shared<GptNet>(step.size)) {
    const TextBatch batch = text_batch(step);
    tokens_ = torch::tensor(batch.tokens).view({step.batch, step.size});
    targets_ = torch::tensor(batch.targets);
    start(net_, weights, torch::MemoryFormat::Contiguous, torch::optim::AdamOptions(1e-3));
  }

  Values forward() override {
    const torch::Tensor logits = net_->forward(tokens_).view({-1, text_vocabulary});
    return {logits, torch::nn::functional::cross_entropy(logits, targets_)};
  }

 private:
  std::shared_ptr<GptNet> net_;
  torch::Tensor tokens_, targets_;
};

}  // namespace

std::unique_ptr<TorchStep> make_torch_gpt_step(const StepInfo& step, Module& weights) {
  return std::make_unique<GptStep>(step, weights);
}

}  // namespace cotape::bench::peer
