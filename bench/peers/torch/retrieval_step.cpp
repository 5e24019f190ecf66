#include <torch/torch.h>

#include <cotape/bench/peers/torch/solver_layer.h>
#include <cotape/bench/peers/torch/tensors.h>
#include <cotape/bench/peers/torch/torch_step.h>
#include <cotape/bench/steps/batches.h>
#include <cotape/solvers/select/ranking.h>

#include <cmath>

namespace cotape::bench::peer {
namespace {

constexpr std::int64_t channels = 64, remembered_batches = 3;

// The net of apps/retrieval.
struct Blocks : torch::nn::Module {
  Blocks() {
    for (int block = 1; block <= 4; ++block) {
      const std::int64_t in = block == 1 ? 1 : channels;
      const auto options = torch::nn::Conv2dOptions(in, channels, 3).padding(1).bias(false);
      convs.push_back(register_module("conv" + std::to_string(block), torch::nn::Conv2d(options)));
      norms.push_back(register_module("norm" + std::to_string(block), torch::nn::BatchNorm2d(channels)));
    }
  }
  torch::Tensor forward(torch::Tensor x) {
    for (std::size_t i = 0; i < convs.size(); ++i) x = torch::max_pool2d(norms[i](convs[i](x)).relu_(), 2);
    return x.flatten(1);
  }
  std::vector<torch::nn::Conv2d> convs;
  std::vector<torch::nn::BatchNorm2d> norms;
};

struct EmbeddingNet : torch::nn::Module {
  EmbeddingNet() : blocks(register_module("blocks", std::make_shared<Blocks>())) {}
  torch::Tensor forward(const torch::Tensor& x) {
    return torch::nn::functional::normalize(blocks->forward(x),
                                            torch::nn::functional::NormalizeFuncOptions().p(2).dim(1));
  }
  std::shared_ptr<Blocks> blocks;
};

class RetrievalStep final : public TorchStep {
 public:
  RetrievalStep(const StepInfo& step, Module& weights, torch::MemoryFormat format)
      : net_(std::make_shared<EmbeddingNet>()),
        solver_(Ranking{.n = (1 + remembered_batches) * step.batch - 1, .sense = Sense::minimise}) {
    const ClassBatch batch = class_batch(step);
    pictures_ = to_torch_images(batch.pictures, format);
    classes_ = torch::tensor(batch.classes);
    memory_ = torch::zeros({remembered_batches * step.batch, channels});
    memory_classes_ = torch::full({remembered_batches * step.batch}, -1, torch::kLong);
    start(net_, weights, format, torch::optim::AdamOptions(1e-3).weight_decay(4e-4));
  }

  Values forward() override {
    const std::int64_t n = pictures_.size(0);
    const torch::Tensor embeddings = net_->forward(pictures_);
    const auto without_diagonal = [n](const torch::Tensor& square) {
      return square.flatten().slice(0, 1, n * n).view({n - 1, n + 1}).slice(1, 0, n).reshape({n, n - 1});
    };
    const torch::Tensor similarities =
        torch::cat({without_diagonal(torch::mm(embeddings, embeddings.t())), torch::mm(embeddings, memory_.t())}, 1);

    const torch::Tensor own = classes_.unsqueeze(1);
    const torch::Tensor relevant = torch::cat({without_diagonal(own == classes_), own == memory_classes_}, 1);
    const torch::Tensor weights = relevant / (relevant.sum(1, true) * static_cast<double>(n));

    // layer_norm divides by the deviation; a unit vector is √size times smaller.
    const std::int64_t size = similarities.size(1);
    const torch::Tensor costs =
        torch::layer_norm(similarities, {size}, {}, {}, 0) / std::sqrt(static_cast<double>(size));
    const torch::Tensor ranks = solver_(costs);
    torch::Tensor places;
    {
      const torch::NoGradGuard no_gradient;
      // Strangers come behind all relatives, so that places are found by sorting twice.
      places = ranks.masked_fill(~relevant, static_cast<double>(2 * size))
                   .argsort(std::int64_t{1})
                   .argsort(std::int64_t{1}) +
               1;
      places.masked_fill_(~relevant, 0);
    }
    const torch::Tensor loss = (weights * torch::log1p(torch::log1p(ranks - places))).sum();
    remember(embeddings.detach());
    return {similarities, loss};
  }

  void replay(const torch::Tensor& solutions, const torch::Tensor&) override { solver_.replay(solutions); }

 private:
  // In the place of the oldest batch. What was ranked keeps its own copy for the backward pass.
  void remember(const torch::Tensor& embeddings) {
    const std::int64_t n = embeddings.size(0);
    memory_ = torch::cat({memory_.slice(0, n), embeddings});
    memory_classes_ = torch::cat({memory_classes_.slice(0, n), classes_});
  }

  std::shared_ptr<EmbeddingNet> net_;
  SolverLayer solver_;
  torch::Tensor pictures_, classes_, memory_, memory_classes_;
};

}  // namespace

std::unique_ptr<TorchStep> make_torch_retrieval_step(const StepInfo& step, Module& weights,
                                                     torch::MemoryFormat format) {
  return std::make_unique<RetrievalStep>(step, weights, format);
}

}  // namespace cotape::bench::peer
