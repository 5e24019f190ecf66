#pragma once
#include <array>

#include <cotape/apps/common/train/training.h>
#include <cotape/apps/dvae/model.h>
#include <cotape/data/sets/dataset.h>
#include <cotape/nn/optim/adam.h>

namespace cotape::app {

// Training and evaluation of the discrete VAE on images.
class DvaeTask : public TrainingTask {
 public:
  DvaeTask(const DvaeOptions& options, const Dataset& all_training, Dataset test);

  std::int64_t steps_per_epoch() const override { return order_.batches(); }
  std::size_t sum_count() const override;
  void step(std::int64_t epoch, std::int64_t step, std::span<double> sums) override;
  Tape& tape() override { return tape_; }
  std::string detail(std::span<const double> sums, std::int64_t steps) const override;

  std::vector<std::string> columns() const override;
  std::vector<double> end_epoch(std::int64_t epoch, std::span<const double> sums) override;
  std::string line(const std::vector<double>& row) const override;
  Record results(const Metrics& metrics) const override;

  void save(Checkpoint& checkpoint) const override;
  void load(const Checkpoint& checkpoint) override;
  void write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) override;

 private:
  struct Evaluation {
    double bce = 0, kl = 0;
  };
  // Mean losses over a data set, with noise.
  Evaluation evaluate(const Dataset& data, Rng rng);

  DvaeOptions options_;
  Dataset train_, validation_, test_;
  Rng rng_;        // everything below is split from it
  Rng noise_rng_;  // of training: its place is in the checkpoint
  BatchOrder order_;
  Rng weights_rng_;
  Dvae model_;
  Adam optimizer_;
  Tape tape_;
  Tape evaluation_tape_{Gradients::off};
};

}  // namespace cotape::app
