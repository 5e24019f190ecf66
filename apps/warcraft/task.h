#pragma once
#include <cotape/apps/common/train/task_frame.h>
#include <cotape/apps/warcraft/evaluation.h>
#include <cotape/apps/warcraft/step.h>
#include <cotape/data/sets/dataset.h>

namespace cotape::app {

// Training and evaluation of a cost net on maps.
class WarcraftTask : public TaskFrame<WarcraftStep> {
 public:
  WarcraftTask(const WarcraftOptions& options, WarcraftMaps train, WarcraftMaps validation, WarcraftMaps test);

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
  // One shard of a step on these examples of a set.
  void compute(const WarcraftMaps& set, const Shard& shard, Meter& meter);
  // The maps of a step, mirrored at random, in their order.
  void mirror(std::int64_t epoch, std::int64_t step);

  WarcraftOptions options_;
  WarcraftMaps train_, validation_, test_;
  Rng mirrors_rng_;
  BatchOrder order_;
  PathFinder finder_;
  WarcraftMaps mirrored_;             // the maps of the last step, when they are mirrored
  std::vector<std::int64_t> places_;  // of these: 0, 1, …
  std::vector<std::uint8_t> mirrors_;
  double step_maps_ = 0;  // of the running epoch, for the speed: not part of a run's state
};

}  // namespace cotape::app
