#include <torch/torch.h>

#include <cotape/bench/peers/torch/solver_layer.h>
#include <cotape/bench/peers/torch/tensors.h>
#include <cotape/bench/peers/torch/torch_step.h>
#include <cotape/bench/steps/batches.h>
#include <cotape/solvers/perturb/gamma_sum.h>
#include <cotape/solvers/select/topk.h>
#include <cmath>

namespace cotape::bench::peer {
namespace {

constexpr std::int64_t rows = 20, classes = 20, ones = 10, gammas = 10;

// Linear layers with ReLU between them.
struct Perceptron : torch::nn::Module {
  explicit Perceptron(const std::array<std::int64_t, 4>& sizes)
      : fc1(register_module("fc1", torch::nn::Linear(sizes[0], sizes[1]))),
        fc2(register_module("fc2", torch::nn::Linear(sizes[1], sizes[2]))),
        fc3(register_module("fc3", torch::nn::Linear(sizes[2], sizes[3]))) {}
  torch::Tensor forward(const torch::Tensor& x) { return fc3(fc2(fc1(x).relu_()).relu_()); }
  torch::nn::Linear fc1, fc2, fc3;
};

struct Dvae : torch::nn::Module {
  explicit Dvae(std::int64_t pixels)
      : encoder(register_module("encoder", std::make_shared<Perceptron>(std::array{
                                               pixels, std::int64_t{512}, std::int64_t{256}, rows * classes}))),
        decoder(register_module("decoder", std::make_shared<Perceptron>(std::array{rows * classes, std::int64_t{256},
                                                                                   std::int64_t{512}, pixels}))) {}
  std::shared_ptr<Perceptron> encoder, decoder;
};

// Sum-of-Gamma noise with κ = τ = s = 10: Σ Gamma(1/10, scale 10/i) − ln 10.
class SumOfGammaNoise {
 public:
  SumOfGammaNoise(std::int64_t count, bool from_table) : count_(count) {
    shapes_ = torch::full({gammas, count}, 1.0 / ones);
    scales_ = double{ones} / torch::arange(1, gammas + 1, torch::kFloat32);
    if (from_table) table_ = quantiles();
  }

  torch::Tensor sample() const {
    if (table_.defined()) return table_.index_select(0, torch::randint(table_.numel(), {count_}));
    return torch::matmul(scales_, torch::_standard_gamma(shapes_)).sub_(std::log(double{gammas}));
  }

 private:
  // The quantiles in the middle of 2¹⁶ equally likely pieces.
  torch::Tensor quantiles() const {
    std::vector<double> scales;
    for (std::int64_t i = 1; i <= gammas; ++i) scales.push_back(double{ones} / static_cast<double>(i));
    const GammaSum sum(1.0 / ones, scales);
    torch::Tensor table = torch::empty({1 << 16});
    for (std::int64_t i = 0; i < table.numel() / 2; ++i) {
      const double p = (static_cast<double>(i) + 0.5) / static_cast<double>(table.numel());
      table[i] = sum.lower_quantile(p) - std::log(double{gammas});
      table[table.numel() - 1 - i] = sum.upper_quantile(p) - std::log(double{gammas});
    }
    return table;
  }

  std::int64_t count_;
  torch::Tensor shapes_, scales_, table_;
};

class DvaeStep final : public TorchStep {
 public:
  DvaeStep(const StepInfo& step, Module& weights)
      : batch_(step.batch),
        images_(to_torch(image_batch(step).images)),
        net_(std::make_shared<Dvae>(images_.size(1))),
        noise_(step.batch * rows * classes, step.peer_table) {
    start(net_, weights, torch::MemoryFormat::Contiguous, torch::optim::AdamOptions(1e-3));
  }

  Values forward() override {
    const auto count = static_cast<double>(batch_);
    const torch::Tensor scores = net_->encoder->forward(images_).view({batch_, rows, classes});
    const torch::Tensor noise = replayed_noise_.defined() ? replayed_noise_ : noise_.sample();
    // Centred and of unit length: layer_norm gives the length √n.
    const torch::Tensor standardized =
        torch::layer_norm(scores + noise.view_as(scores), {classes}, {}, {}, 0) / std::sqrt(double{classes});
    const torch::Tensor codes = topk_(standardized);
    const torch::Tensor logits = net_->decoder->forward(codes.view({batch_, rows * classes}));
    const torch::Tensor bce =
        torch::binary_cross_entropy_with_logits(logits, images_, {}, {}, torch::Reduction::Sum) / count;
    const torch::Tensor log_q = torch::log_softmax(scores, -1);
    const torch::Tensor kl = (log_q.exp() * log_q).sum() / count + rows * std::log(double{classes});
    return {logits, bce + kl};
  }

  void replay(const torch::Tensor& solutions, const torch::Tensor& noise) override {
    topk_.replay(solutions);
    replayed_noise_ = noise;
  }

 private:
  std::int64_t batch_;
  torch::Tensor images_;
  std::shared_ptr<Dvae> net_;
  SumOfGammaNoise noise_;
  SolverLayer topk_{TopK{.n = classes, .k = ones}};
  torch::Tensor replayed_noise_;
};

}  // namespace

std::unique_ptr<TorchStep> make_torch_dvae_step(const StepInfo& step, Module& weights) {
  return std::make_unique<DvaeStep>(step, weights);
}

}  // namespace cotape::bench::peer
