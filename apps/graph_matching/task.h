#pragma once
#include <cotape/apps/graph_matching/evaluation.h>
#include <cotape/apps/graph_matching/step.h>
#include <cotape/data/sets/dataset.h>
#include <cotape/nn/train/training.h>

namespace cotape::app {

// Training and evaluation of the graph matching.
class MatchingTask : public TrainingTask {
 public:
  // `other`: views that are tested on only. Both must outlive the task.
  MatchingTask(const MatchingOptions& options, const MatchingData& data, const MatchingData* other);

  std::int64_t steps_per_epoch() const override { return std::min(options_.steps, order_.batches()); }
  void step(std::int64_t epoch, std::int64_t step, Meter& meter) override;
  std::int64_t shards() const override { return training_.shards(); }
  Tape& tape() override { return training_.parts().tape(); }
  std::string detail(const Meter& meter) const override;

  std::vector<std::string> columns() const override;
  std::size_t time_columns() const override { return 3; }
  void end_epoch(std::int64_t epoch, Meter& meter) override;
  std::string line(const Meter& meter) const override;
  // Of the last epoch, beside what patches say without learning.
  Record results(const Metrics& metrics) const override;

  void save(Checkpoint& checkpoint) const override { training_.save(checkpoint); }
  void load(const Checkpoint& checkpoint) override { training_.load(checkpoint); }
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
  Rng rng_;  // everything below is split from it
  BatchOrder order_;
  MatchingStep training_;
  std::vector<Tested> tested_;
  Record untrained_;  // what patches say
  // Of this process in the running epoch, for the solver's share of the time: not part of a run's state.
  double step_seconds_ = 0;
};

}  // namespace cotape::app
