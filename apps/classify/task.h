#pragma once
#include <cotape/apps/classify/evaluation.h>
#include <cotape/apps/classify/images.h>
#include <cotape/apps/classify/step.h>
#include <cotape/apps/common/train/task_frame.h>

namespace cotape::app {

// Training and evaluation of the classifier.
class ClassifyTask : public TaskFrame<ClassifyStep> {
 public:
  // Copies of images share their pixels.
  ClassifyTask(const ClassifyOptions& options, LabelledImages images);

  std::int64_t steps_per_epoch() const override { return order_.batches(); }
  void step(std::int64_t epoch, std::int64_t step, Meter& meter) override;
  std::string detail(const Meter& meter) const override;

  std::vector<std::string> columns() const override;
  std::size_t time_columns() const override { return 1; }
  void end_epoch(std::int64_t epoch, Meter& meter) override;
  std::string line(const Meter& meter) const override;
  Record results(const Metrics& metrics) const override;

  void write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) override;

 private:
  // One shard of a step.
  void compute(const Shard& shard, std::int64_t epoch, Meter& meter);

  ClassifyOptions options_;
  LabelledImages images_;
  BatchOrder order_;
  std::vector<std::int64_t> labels_;  // of the running shard
};

}  // namespace cotape::app
