#pragma once
#include <cotape/apps/common/train/task_frame.h>
#include <cotape/apps/globe_tsp/evaluation.h>
#include <cotape/apps/globe_tsp/step.h>
#include <cotape/data/sets/dataset.h>

namespace cotape::app {

// What a run is trained and evaluated on.
struct GlobeData {
  World world;
  GlobeTours train, validation, test;
};
// Reads flags and capitals and makes the examples, labels by the solver.
GlobeData make_globe_data(const GlobeOptions& options);

// Training and evaluation of a net that places flags on the globe.
class GlobeTask : public TaskFrame<GlobeStep> {
 public:
  GlobeTask(const GlobeOptions& options, GlobeData data);

  std::int64_t steps_per_epoch() const override { return order_.batches(); }
  void step(std::int64_t epoch, std::int64_t step, Meter& meter) override;
  std::string detail(const Meter& meter) const override;

  std::vector<std::string> columns() const override;
  std::size_t time_columns() const override { return 3; }
  void end_epoch(std::int64_t epoch, Meter& meter) override;
  std::string line(const Meter& meter) const override;
  Record results(const Metrics& metrics) const override;

  void write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) override;

 private:
  // One shard of a step.
  void compute(const Shard& shard, std::int64_t epoch, Meter& meter);
  // The batch of these examples, each flag looked at once.
  GlobeStep::Batch make_batch(Tape& tape, std::span<const std::int64_t> indices);

  GlobeOptions options_;
  GlobeData data_;
  Tensor flags_;
  BatchOrder order_;
  TourFinder finder_;
  std::vector<std::int64_t> seen_, rows_;  // of a batch: its countries, and for each of its cities the place in them
};

}  // namespace cotape::app
