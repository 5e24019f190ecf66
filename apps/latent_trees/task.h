#pragma once
#include <cotape/apps/common/train/task_frame.h>
#include <cotape/apps/latent_trees/evaluation.h>
#include <cotape/apps/latent_trees/step.h>
#include <cotape/data/sets/dataset.h>

namespace cotape::app {

// The examples that --data names. Of data that is read, the sizes in `options` become those of the files. Throws as
// read_layouts does, ValueError for more frames to roll out than there are.
LayoutSets load_layouts(LatentTreesOptions& options);

// Training and evaluation of the latent trees.
class LatentTreesTask : public TaskFrame<LatentTreesStep> {
 public:
  LatentTreesTask(const LatentTreesOptions& options, LayoutSets data);

  std::int64_t steps_per_epoch() const override { return order_.batches(); }
  void step(std::int64_t epoch, std::int64_t step, Meter& meter) override;
  std::string detail(const Meter& meter) const override;

  std::vector<std::string> columns() const override;
  std::size_t time_columns() const override { return 3; }
  void end_epoch(std::int64_t epoch, Meter& meter) override;
  std::string line(const Meter& meter) const override;
  // Of the epoch with the best validation ELBO.
  Record results(const Metrics& metrics) const override;

  void write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) override;

 private:
  // One shard of a step.
  void compute(const Shard& shard, Meter& meter);

  LatentTreesOptions options_;
  LayoutSets data_;
  BatchOrder order_;
  TreeFinder finder_;
};

}  // namespace cotape::app
