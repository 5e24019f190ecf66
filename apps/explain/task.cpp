#include <cotape/apps/common/train/solver_metrics.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/apps/explain/report.h>
#include <cotape/apps/explain/task.h>
#include <cotape/nn/train/value.h>

#include <algorithm>
#include <utility>

namespace cotape::app {
namespace {

// Purposes that random numbers are drawn for, each with a stream of its own.
enum Stream : std::uint64_t { weights, order, training_noise };

}  // namespace

ExplainTask::ExplainTask(const ExplainOptions& options, ExplainData data)
    : TaskFrame(
          options.common.seed,
          [&](const Rng& rng) { return ExplainStep(options, data, rng.split(weights), rng.split(training_noise)); }),
      options_(options),
      data_(std::move(data)),
      order_(data_.train.count, options.batch, rng_.split(order)),
      best_(training_.model().settings(), data_.vectors, rng_) {
  best_.copy_from(training_.model());
}

void ExplainTask::step(std::int64_t epoch, std::int64_t step, Meter& meter) {
  const StepTime time(*this);
  training_.frame().run(order_.indices(epoch, step), epoch, meter, [&](const Shard& shard, Meter& own) {
    const SolverDiagnostics before = *training_.sampler().diagnostics;
    const ExplainStep::Losses losses = training_.compute(data_.train, shard);
    own.mean("train_mse", 100 * static_cast<double>(losses.loss.value().item()),
             static_cast<double>(shard.examples.size()));
    record_solver_step(own, before, *training_.sampler().diagnostics);
  });
  ++steps_;
}

std::string ExplainTask::detail(const Meter& meter) const { return "MSE " + short_number(meter.value("train_mse")); }

std::vector<std::string> ExplainTask::word_columns() const {
  if (data_.judged() == nullptr) return {};
  std::vector<std::string> names = {"word_precision",   "word_recall",   "word_f1",
                                    "random_precision", "random_recall", "random_f1"};
  if (data_.rationales.count > 0) names.emplace_back("rationale_accuracy");
  return names;
}

std::vector<std::string> ExplainTask::columns() const {
  std::vector<std::string> names = {"train_mse", "val_mse", "val_accuracy", "test_mse", "test_accuracy"};
  for (const std::string& name : word_columns()) names.push_back(name);
  return with_solver_columns(std::move(names), {"solver_share", "steps_per_second"});
}

void ExplainTask::end_epoch(std::int64_t, Meter& meter) {
  SolverDiagnostics& solver = *training_.sampler().diagnostics;
  const double seconds = end_step_time(), steps = std::exchange(steps_, 0);
  meter.latest("steps_per_second", seconds > 0 ? steps / seconds : 0);
  record_solver_epoch(meter, solver, seconds);

  const auto score_of = [&](const TextSet& set) { return evaluate(training_.model(), set, evaluation_tape_); };
  const ExplainScore validation = score_of(data_.validation), test = score_of(data_.test);
  meter.latest("val_mse", validation.mse());
  meter.latest("val_accuracy", validation.accuracy());
  meter.latest("test_mse", test.mse());
  meter.latest("test_accuracy", test.accuracy());
  if (const TextSet* judged = data_.judged()) {
    const bool by_people = data_.rationales.count > 0;
    const ExplainScore score = by_people ? score_of(*judged) : test;
    const WordShares own = score.words.shares(), random = score.words.at_random();
    meter.latest("word_precision", own.precision);
    meter.latest("word_recall", own.recall);
    meter.latest("word_f1", own.f1);
    meter.latest("random_precision", random.precision);
    meter.latest("random_recall", random.recall);
    meter.latest("random_f1", random.f1);
    if (by_people) meter.latest("rationale_accuracy", score.accuracy());
  }
  if (best_mse_ == 0 || validation.mse() < best_mse_) {
    best_mse_ = validation.mse();
    best_.copy_from(training_.model());
  }
  solver.reset();
}

std::string ExplainTask::line(const Meter& meter) const {
  std::string text = "MSE train " + short_number(meter.value("train_mse")) + "  test " +
                     short_number(meter.value("test_mse")) + "  accuracy " + in_percent(meter.value("test_accuracy"));
  if (data_.judged() != nullptr)
    text += "  right words " + in_percent(meter.value("word_precision")) + " (at random " +
            in_percent(meter.value("random_precision")) + ")";
  return text;
}

Record ExplainTask::results(const Metrics& metrics) const {
  const std::vector<double> losses = metrics.column("val_mse");
  const auto best = static_cast<std::size_t>(std::min_element(losses.begin(), losses.end()) - losses.begin());
  Record record = {{"vocabulary", std::ssize(data_.vocabulary.words())},
                   {"best_epoch", static_cast<std::int64_t>(metrics.column("epoch")[best])}};
  std::vector<std::string> names = {"val_mse", "val_accuracy", "test_mse", "test_accuracy"};
  for (const std::string& name : word_columns()) names.push_back(name);
  for (const std::string& name : names) record.emplace_back(name, metrics.column(name)[best]);
  return record;
}

void ExplainTask::save(Checkpoint& checkpoint) const {
  training_.save(checkpoint);
  training_.model().settings().save(checkpoint);
  checkpoint.put_text("vocabulary", data_.vocabulary.text());
  best_.save(checkpoint, "best.");
  checkpoint.put_number("best_mse", best_mse_);
}

void ExplainTask::load(const Checkpoint& checkpoint) {
  training_.load(checkpoint);
  best_.load(checkpoint, "best.");
  best_mse_ = checkpoint.number("best_mse");
}

void ExplainTask::write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) {
  write_explain_report(folder, best_, data_, metrics, summary, options_.settings(), evaluation_tape_);
}

}  // namespace cotape::app
