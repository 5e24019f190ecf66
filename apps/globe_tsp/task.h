#pragma once
#include <cotape/apps/common/train/training.h>
#include <cotape/apps/globe_tsp/evaluation.h>
#include <cotape/apps/globe_tsp/objective.h>
#include <cotape/data/sets/dataset.h>
#include <cotape/nn/optim/adam.h>
#include <cotape/nn/optim/schedules.h>

namespace cotape::app {

// What a run is trained and evaluated on.
struct GlobeData {
  World world;
  GlobeTours train, validation, test;
};
// Reads flags and capitals and makes the examples, labels by the solver.
GlobeData make_globe_data(const GlobeOptions& options);

// Training and evaluation of a net that places flags on the globe.
class GlobeTask : public TrainingTask {
 public:
  GlobeTask(const GlobeOptions& options, GlobeData data);

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
  // Distances [B, k, k] between the places of the examples' countries, each flag looked at once.
  Var distances(std::span<const std::int64_t> indices);

  GlobeOptions options_;
  GlobeData data_;
  Tensor flags_;
  Rng rng_;        // everything below is split from it
  Rng noise_rng_;  // of rules, margins and gradients: its place is in the checkpoint
  Rng weights_rng_;
  BatchOrder order_;
  FlagNet net_;
  TourObjective objective_;
  Adam optimizer_;
  MultiStepSchedule rate_;
  TourFinder finder_;
  Tape tape_;
  Tape evaluation_tape_{Gradients::off};
  std::vector<std::int64_t> seen_, rows_;  // of a batch: its countries, and for each of its cities the place in them
  // Of this process in the running epoch, for the solver's share of the time: not part of a run's state.
  double step_seconds_ = 0;
};

}  // namespace cotape::app
