#include <cotape/apps/classify/pictures.h>
#include <cotape/apps/classify/task.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/nn/train/value.h>

namespace cotape::app {
namespace {

// Purposes that random numbers are drawn for, each with a stream of its own.
enum Stream : std::uint64_t { weights, order, variation, training_noise, test_noise, picture_noise };

ClassifierSizes sizes_of(const LabelledImages& images) {
  const Dataset& train = images.train;
  return {train.height(), train.width(), train.channels(), images.classes()};
}

}  // namespace

ClassifyTask::ClassifyTask(const ClassifyOptions& options, LabelledImages images)
    : TaskFrame(options.common.seed,
                [&](const Rng& rng) {
                  return ClassifyStep(sizes_of(images), options, rng.split(weights), rng.split(training_noise));
                }),
      options_(options),
      images_(std::move(images)),
      order_(images_.train.size(), options.batch, rng_.split(order)) {}

void ClassifyTask::step(std::int64_t epoch, std::int64_t step, Meter& meter) {
  training_.frame().run(order_.indices(epoch, step), epoch, meter,
                        [&](const Shard& shard, Meter& own) { compute(shard, epoch, own); });
}

void ClassifyTask::compute(const Shard& shard, std::int64_t epoch, Meter& meter) {
  const Dataset& train = images_.train;
  const std::span<const std::int64_t> indices = shard.examples;
  labels_.clear();
  for (const std::int64_t index : indices) labels_.push_back(train.label(index));
  const Shape shape{std::ssize(indices), train.height(), train.width(), train.channels()};
  const SolverDiagnostics before = training_.loss().diagnostics();
  const ClassifyStep::Values values = training_.compute(
      [&](Tape& tape) {
        return tape.constant(
            shape, [&](Tensor& out) { options_.augmentation.fill(train, indices, epoch, rng_.split(variation), out); });
      },
      labels_, shard);

  const auto batch = static_cast<double>(indices.size());
  const SolverDiagnostics& after = training_.loss().diagnostics();
  meter.mean("train_loss", static_cast<double>(values.loss.value().item()), batch);
  meter.mean("train_accuracy", accuracy(values.logits.value(), labels_), batch);
  meter.share("zero_gradient_share", static_cast<double>(after.zero_rows - before.zero_rows),
              static_cast<double>(after.rows - before.rows));
  meter.sum("solver_seconds", after.seconds() - before.seconds());
}

std::string ClassifyTask::detail(const Meter& meter) const {
  return "loss " + short_number(meter.value("train_loss")) + "  right " + in_percent(meter.value("train_accuracy"));
}

std::vector<std::string> ClassifyTask::columns() const {
  return {"train_loss",         "train_accuracy",      "test_loss",     "test_accuracy",
          "test_cross_entropy", "zero_gradient_share", "solver_seconds"};
}

void ClassifyTask::end_epoch(std::int64_t epoch, Meter& meter) {
  const Rng noise = rng_.split(test_noise).split(static_cast<std::uint64_t>(epoch));
  const ClassScore score =
      evaluate(training_.net(), training_.loss(), images_.test, images_.classes(), noise, evaluation_tape_);
  meter.latest("test_loss", score.loss);
  meter.latest("test_accuracy", score.accuracy());
  meter.latest("test_cross_entropy", score.cross_entropy);
  training_.loss().diagnostics().reset();
}

std::string ClassifyTask::line(const Meter& meter) const {
  return "loss train " + short_number(meter.value("train_loss")) + "  test " + short_number(meter.value("test_loss")) +
         "  right train " + in_percent(meter.value("train_accuracy")) + "  test " +
         in_percent(meter.value("test_accuracy"));
}

Record ClassifyTask::results(const Metrics& metrics) const {
  return metrics.last_row({"train_loss", "train_accuracy", "test_loss", "test_accuracy", "test_cross_entropy"});
}

void ClassifyTask::write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) {
  const Predictions said = predict(training_.net(), training_.loss(), images_.test, images_.classes(),
                                   rng_.split(picture_noise), evaluation_tape_);
  write_classify_report(folder, images_, said, metrics, summary, options_.settings());
}

}  // namespace cotape::app
