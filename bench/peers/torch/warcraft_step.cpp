#include <torch/torch.h>

#include <cotape/bench/peers/torch/cost_nets.h>
#include <cotape/bench/peers/torch/solver_layer.h>
#include <cotape/bench/peers/torch/tensors.h>
#include <cotape/bench/peers/torch/torch_step.h>
#include <cotape/bench/steps/batches.h>
#include <cotape/solvers/paths/grid_path.h>

namespace cotape::bench::peer {
namespace {

class WarcraftStep final : public TorchStep {
 public:
  WarcraftStep(const StepInfo& step, Module& weights, torch::MemoryFormat format)
      : net_(make_cost_net(step)), solver_(GridPath{.height = step.size, .width = step.size}) {
    const MapBatch batch = map_batch(step);
    maps_ = to_torch_images(batch.maps, format);
    paths_ = to_torch(batch.paths);
    start(net_, weights, format, torch::optim::AdamOptions(5e-4));
  }

  Values forward() override {
    const torch::Tensor costs = net_->forward(maps_);
    const torch::Tensor loss = torch::l1_loss(solver_(costs), paths_, torch::Reduction::Sum);
    return {costs, loss / static_cast<double>(maps_.size(0))};
  }

  void replay(const torch::Tensor& solutions, const torch::Tensor&) override { solver_.replay(solutions); }

 private:
  std::shared_ptr<CostNet> net_;
  SolverLayer solver_;
  torch::Tensor maps_, paths_;
};

}  // namespace

std::unique_ptr<TorchStep> make_torch_warcraft_step(const StepInfo& step, Module& weights, torch::MemoryFormat format) {
  return std::make_unique<WarcraftStep>(step, weights, format);
}

}  // namespace cotape::bench::peer
