#pragma once
#include <cotape/apps/common/train/task_frame.h>
#include <cotape/apps/graph_matching/evaluation.h>
#include <cotape/apps/graph_matching/step.h>
#include <cotape/data/sets/dataset.h>

namespace cotape::app {

// Training and evaluation of the graph matching.
class MatchingTask : public TaskFrame<MatchingStep> {
 public:
  // `other`: views that are tested on only. Both must outlive the task.
  MatchingTask(const MatchingOptions& options, const MatchingData& data, const MatchingData* other);

  std::int64_t steps_per_epoch() const override { return std::min(options_.steps, order_.batches()); }
  void step(std::int64_t epoch, std::int64_t step, Meter& meter) override;
  std::string detail(const Meter& meter) const override;

  std::vector<std::string> columns() const override;
  std::size_t time_columns() const override { return 3; }
  void end_epoch(std::int64_t epoch, Meter& meter) override;
  std::string line(const Meter& meter) const override;
  // Of the last epoch, beside what patches say without learning.
  Record results(const Metrics& metrics) const override;

  void write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) override;

 private:
  // A set and what evaluates it.
  struct Tested {
    const MatchingData& data;
    Evaluator evaluator;
  };
  std::vector<std::string> group_names() const;
  void compute(const Shard& shard, Meter& meter);

  MatchingOptions options_;
  const MatchingData& data_;
  BatchOrder order_;
  std::vector<Tested> tested_;
  Record untrained_;  // what patches say
};

}  // namespace cotape::app
