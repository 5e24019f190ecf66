#include <torch/torch.h>

#include <cotape/bench/peers/torch/tensors.h>
#include <cotape/bench/peers/torch/torch_step.h>
#include <cotape/bench/steps/batches.h>

namespace cotape::bench::peer {
namespace {

struct LstmNet : torch::nn::Module {
  LstmNet()
      : lstm(register_module(
            "lstm", torch::nn::LSTM(torch::nn::LSTMOptions(sequence_features, 128).num_layers(2).batch_first(true)))),
        classifier(register_module("classifier", torch::nn::Linear(128, sequence_classes))) {}
  torch::Tensor forward(const torch::Tensor& x) { return classifier(std::get<0>(lstm(x)).select(1, x.size(1) - 1)); }
  torch::nn::LSTM lstm;
  torch::nn::Linear classifier;
};

class LstmStep final : public TorchStep {
 public:
  LstmStep(const StepInfo& step, Module& weights) : net_(std::make_shared<LstmNet>()) {
    const SequenceBatch batch = sequence_batch(step);
    sequences_ = to_torch(batch.sequences);
    labels_ = torch::tensor(batch.labels);
    start(net_, weights, torch::MemoryFormat::Contiguous, torch::optim::AdamOptions(1e-3));
    net_->lstm->flatten_parameters();
  }

  Values forward() override {
    const torch::Tensor logits = net_->forward(sequences_);
    return {logits, torch::nn::functional::cross_entropy(logits, labels_)};
  }

 private:
  std::shared_ptr<LstmNet> net_;
  torch::Tensor sequences_, labels_;
};

}  // namespace

std::unique_ptr<TorchStep> make_torch_lstm_step(const StepInfo& step, Module& weights) {
  return std::make_unique<LstmStep>(step, weights);
}

}  // namespace cotape::bench::peer
