#pragma once
#include <cotape/apps/common/train/task_frame.h>
#include <cotape/apps/explain/evaluation.h>
#include <cotape/apps/explain/step.h>
#include <cotape/data/sets/dataset.h>

namespace cotape::app {

// Training and evaluation of the explainer.
class ExplainTask : public TaskFrame<ExplainStep> {
 public:
  ExplainTask(const ExplainOptions& options, ExplainData data);

  std::int64_t steps_per_epoch() const override { return order_.batches(); }
  void step(std::int64_t epoch, std::int64_t step, Meter& meter) override;
  std::string detail(const Meter& meter) const override;

  std::vector<std::string> columns() const override;
  std::size_t time_columns() const override { return 4; }
  void end_epoch(std::int64_t epoch, Meter& meter) override;
  std::string line(const Meter& meter) const override;
  // Of the epoch with the best validation loss.
  Record results(const Metrics& metrics) const override;

  // The net of the best epoch so far is kept beside the running one, as "best.…".
  void save(Checkpoint& checkpoint) const override;
  void load(const Checkpoint& checkpoint) override;
  void write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) override;

 private:
  // Names of the columns about chosen words; none where nothing is known of them.
  std::vector<std::string> word_columns() const;

  ExplainOptions options_;
  ExplainData data_;
  BatchOrder order_;
  Explainer best_;
  double best_mse_ = 0;  // on the validation set; 0: there is none yet
  double steps_ = 0;     // of the running epoch, for the speed: not part of a run's state
};

}  // namespace cotape::app
