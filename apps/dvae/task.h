#pragma once
#include <cotape/apps/common/train/task_frame.h>
#include <cotape/apps/dvae/step.h>
#include <cotape/data/sets/dataset.h>

namespace cotape::app {

// Training and evaluation of the discrete VAE on images.
class DvaeTask : public TaskFrame<DvaeStep> {
 public:
  DvaeTask(const DvaeOptions& options, const Dataset& all_training, Dataset test);

  std::int64_t steps_per_epoch() const override { return order_.batches(); }
  void step(std::int64_t epoch, std::int64_t step, Meter& meter) override;
  std::string detail(const Meter& meter) const override;

  std::vector<std::string> columns() const override;
  std::size_t time_columns() const override { return 2; }
  void end_epoch(std::int64_t epoch, Meter& meter) override;
  std::string line(const Meter& meter) const override;
  Record results(const Metrics& metrics) const override;

  void write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) override;

 private:
  // One shard of a step; `number` counts steps from 0.
  void compute(const Shard& shard, std::int64_t number, Meter& meter);

  struct Evaluation {
    double bce = 0, kl = 0;
  };
  // Mean losses over a data set, with noise.
  Evaluation evaluate(const Dataset& data, Rng rng);

  DvaeOptions options_;
  Dataset train_, validation_, test_;
  BatchOrder order_;
};

}  // namespace cotape::app
