#pragma once
#include <cotape/apps/common/train/task_frame.h>
#include <cotape/apps/retrieval/data.h>
#include <cotape/apps/retrieval/evaluation.h>
#include <cotape/apps/retrieval/step.h>

namespace cotape::app {

// What raw pixels find among the pictures to search, with the one-shot tasks of every run on these settings.
RetrievalScore raw_score(const RetrievalOptions& options, const RetrievalData& data);

// "recall@1 87.5 %  @2 93 %  …": one line.
std::string line_of(const RetrievalScore& score);

// Training and evaluation of retrieval. `data` must outlive it.
class RetrievalTask : public TaskFrame<RetrievalStep> {
 public:
  RetrievalTask(const RetrievalOptions& options, const RetrievalData& data, const RetrievalScore& raw);

  std::int64_t steps_per_epoch() const override { return batches_.batches(); }
  void step(std::int64_t epoch, std::int64_t step, Meter& meter) override;
  std::string detail(const Meter& meter) const override;

  std::vector<std::string> columns() const override;
  std::size_t time_columns() const override { return 3; }
  void end_epoch(std::int64_t epoch, Meter& meter) override;
  std::string line(const Meter& meter) const override;
  // Of the last epoch, and of raw pixels.
  Record results(const Metrics& metrics) const override;

  void write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) override;

  // The score of the net as it is.
  RetrievalScore evaluate();

 private:
  // One shard of a step, whose pictures are moved as `moved` draws.
  void compute(const Shard& shard, const Rng& moved, Meter& meter);

  RetrievalOptions options_;
  const RetrievalData& data_;
  RetrievalScore raw_;
  ClassBatches batches_;
  std::vector<std::int64_t> classes_;  // of the batch
};

}  // namespace cotape::app
