#include <torch/torch.h>

#include <cotape/bench/peers/torch/solver_layer.h>
#include <cotape/bench/peers/torch/tensors.h>
#include <cotape/bench/peers/torch/torch_step.h>
#include <cotape/bench/steps/batches.h>
#include <cotape/solvers/tsp/tsp.h>

namespace cotape::bench::peer {
namespace {

constexpr std::int64_t k = globe_countries;

// The net of apps/globe_tsp with pooling: flags [n, 3, 20, 40] to points of the unit sphere [n, 3].
struct FlagNet : torch::nn::Module {
  FlagNet()
      : conv1(register_module("conv1", torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 20, 4).stride(2)))),
        conv2(register_module("conv2", torch::nn::Conv2d(torch::nn::Conv2dOptions(20, 50, 4).stride(2)))),
        fc1(register_module("fc1", torch::nn::Linear(3 * 50, 500))),
        fc2(register_module("fc2", torch::nn::Linear(500, 3))) {}
  torch::Tensor forward(const torch::Tensor& flags) {
    const torch::Tensor x = conv2(torch::max_pool2d(conv1(flags).relu_(), 2, 2)).relu_();
    // Features in the order of cotape, channels last: free of cost in that memory format, 0.6 MB to copy in the other.
    const torch::Tensor features = x.permute({0, 2, 3, 1}).reshape({x.size(0), -1});
    const torch::Tensor points = fc2(fc1(features).relu_());
    return points / points.norm(2, 1, true);
  }
  torch::nn::Conv2d conv1, conv2;
  torch::nn::Linear fc1, fc2;
};

class GlobeStep final : public TorchStep {
 public:
  GlobeStep(const StepInfo& step, Module& weights, torch::MemoryFormat format)
      : net_(std::make_shared<FlagNet>()), solver_(Tsp{.n = k}) {
    const FlagBatch batch = flag_batch(step);
    flags_ = to_torch_images(batch.flags, format);
    rows_ = torch::tensor(batch.rows);
    tours_ = to_torch(batch.tours);
    start(net_, weights, format, torch::optim::AdamOptions(1e-4));
  }

  Values forward() override {
    const torch::Tensor cities = net_->forward(flags_).index_select(0, rows_).view({-1, k, 3});
    // Compute mode 2: differences, not products, which lose digits and need more time for five points.
    const torch::Tensor distances = torch::cdist(cities, cities, 2, 2);
    // Centred and of unit length: layer_norm gives the length √n.
    const torch::Tensor standardized = torch::layer_norm(distances, {k, k}, {}, {}, 0) / static_cast<double>(k);
    const torch::Tensor loss = torch::l1_loss(solver_(standardized), tours_, torch::Reduction::Sum);
    return {distances, loss / static_cast<double>(tours_.size(0))};
  }

  void replay(const torch::Tensor& solutions, const torch::Tensor&) override { solver_.replay(solutions); }

 private:
  std::shared_ptr<FlagNet> net_;
  SolverLayer solver_;
  torch::Tensor flags_, rows_, tours_;
};

}  // namespace

std::unique_ptr<TorchStep> make_torch_globe_step(const StepInfo& step, Module& weights, torch::MemoryFormat format) {
  return std::make_unique<GlobeStep>(step, weights, format);
}

}  // namespace cotape::bench::peer
