#pragma once
#include <cotape/apps/common/train/training.h>
#include <cotape/apps/warcraft/evaluation.h>
#include <cotape/apps/warcraft/objective.h>
#include <cotape/data/sets/dataset.h>
#include <cotape/nn/optim/adam.h>
#include <cotape/nn/optim/schedules.h>

namespace cotape::app {

// Training and evaluation of a cost net on maps.
class WarcraftTask : public TrainingTask {
 public:
  WarcraftTask(const WarcraftOptions& options, WarcraftMaps train, WarcraftMaps validation, WarcraftMaps test);

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
  // The maps of a step, mirrored at random, in their order.
  void mirror(std::int64_t epoch, std::int64_t step);

  WarcraftOptions options_;
  WarcraftMaps train_, validation_, test_;
  Rng rng_;        // everything below is split from it
  Rng noise_rng_;  // of rules and margins: its place is in the checkpoint
  Rng weights_rng_;
  Rng mirrors_rng_;
  BatchOrder order_;
  CostNet net_;
  Objective objective_;
  Adam optimizer_;
  MultiStepSchedule rate_;
  PathFinder finder_;
  WarcraftMaps mirrored_;             // the maps of the last step, when they are mirrored
  std::vector<std::int64_t> places_;  // of these: 0, 1, …
  std::vector<std::uint8_t> mirrors_;
  Tape tape_;
  Tape evaluation_tape_{Gradients::off};
  // Of this process in the running epoch, for the speed: not part of a run's state.
  double step_seconds_ = 0;
  double step_maps_ = 0;
};

}  // namespace cotape::app
