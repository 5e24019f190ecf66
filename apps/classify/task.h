#pragma once
#include <cotape/apps/classify/evaluation.h>
#include <cotape/apps/classify/images.h>
#include <cotape/apps/classify/step.h>
#include <cotape/nn/train/training.h>

namespace cotape::app {

// Training and evaluation of the classifier.
class ClassifyTask : public TrainingTask {
 public:
  // Copies of images share their pixels.
  ClassifyTask(const ClassifyOptions& options, LabelledImages images);

  std::int64_t steps_per_epoch() const override { return order_.batches(); }
  void step(std::int64_t epoch, std::int64_t step, Meter& meter) override;
  Tape& tape() override { return training_.parts().tape(); }
  std::string detail(const Meter& meter) const override;

  std::vector<std::string> columns() const override;
  std::size_t time_columns() const override { return 1; }
  void end_epoch(std::int64_t epoch, Meter& meter) override;
  std::string line(const Meter& meter) const override;
  Record results(const Metrics& metrics) const override;

  void save(Checkpoint& checkpoint) const override { training_.save(checkpoint); }
  void load(const Checkpoint& checkpoint) override { training_.load(checkpoint); }
  void write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) override;

 private:
  ClassifyOptions options_;
  LabelledImages images_;
  Rng rng_;  // everything below is split from it
  BatchOrder order_;
  ClassifyStep training_;
  Tape evaluation_tape_{Gradients::off};
  std::vector<std::int64_t> labels_;  // of the running step
};

}  // namespace cotape::app
