#include <cotape/apps/common/train/solver_metrics.h>
#include <cotape/apps/dvae/pictures.h>
#include <cotape/apps/dvae/task.h>
#include <cotape/engine/base/error.h>
#include <cotape/nn/train/value.h>

#include <cmath>

namespace cotape::app {
namespace {

// Purposes that random numbers are drawn for, each with a stream of its own.
enum Stream : std::uint64_t { weights, order, training_noise, validation_noise, test_noise, pictures };

constexpr std::int64_t evaluation_batch = 500;

Dataset first_part(const Dataset& all, std::int64_t held_out) {
  if (held_out >= all.size())
    fail<ValueError>("--validation ", held_out, " leaves nothing of the ", all.size(), " training images");
  return all.split(all.size() - held_out).first;
}

// Of the rows of scores: mean Euclidean norm, mean norm after the row's mean is taken off, and mean of all scores.
struct ScoreSize {
  double norm = 0, spread = 0, mean = 0;
};

ScoreSize score_size(const Tensor& scores) {
  ScoreSize size;
  const std::int64_t rows = scores.size() / dvae_classes;
  for (std::int64_t r = 0; r < rows; ++r) {
    real squares = 0, sum = 0, spread = 0;
    const std::span<const real> row = scores.values().subspan(static_cast<std::size_t>(r * dvae_classes), dvae_classes);
    for (const real x : row) {
      squares += x * x;
      sum += x;
    }
    const real mean = sum / dvae_classes;
    for (const real x : row) spread += (x - mean) * (x - mean);
    size.norm += static_cast<double>(std::sqrt(squares));
    size.spread += static_cast<double>(std::sqrt(spread));
    size.mean += static_cast<double>(mean);
  }
  const auto count = static_cast<double>(rows);
  return {size.norm / count, size.spread / count, size.mean / count};
}

// Mean over the images so far: both terms are added up apart.
double train_nelbo(const Meter& meter) {
  return (meter.total("train_bce") + meter.total("train_kl")) / meter.weight("train_bce");
}

}  // namespace

DvaeTask::DvaeTask(const DvaeOptions& options, const Dataset& all_training, Dataset test)
    : TaskFrame(options.common.seed,
                [&](const Rng& rng) {
                  return DvaeStep(all_training.features(), options, rng.split(weights), rng.split(training_noise));
                }),
      options_(options),
      train_(first_part(all_training, options.validation)),
      validation_(all_training.split(all_training.size() - options.validation).second),
      test_(std::move(test)),
      order_(train_.size(), options.batch, rng_.split(order)) {
  if (test_.features() != train_.features())
    fail<ValueError>("test images have ", test_.features(), " pixels, training images ", train_.features());
}

void DvaeTask::step(std::int64_t epoch, std::int64_t step, Meter& meter) {
  const std::int64_t number = epoch * steps_per_epoch() + step;
  training_.frame().run(order_.indices(epoch, step), epoch, meter,
                        [&](const Shard& shard, Meter& own) { compute(shard, number, own); });
}

void DvaeTask::compute(const Shard& shard, std::int64_t number, Meter& meter) {
  const std::span<const std::int64_t> indices = shard.examples;
  const Shape shape{static_cast<std::int64_t>(indices.size()), train_.features()};
  const SolverDiagnostics before = *training_.model().sampler().diagnostics;
  const Dvae::Losses losses = training_.compute(
      [&](Tape& tape) { return tape.constant(shape, [&](Tensor& out) { train_.fill_batch(indices, out); }); }, number,
      shard);

  const auto batch = static_cast<double>(indices.size());
  const auto [norm, spread, mean] = score_size(losses.scores.value());
  meter.mean("train_bce", static_cast<double>(losses.bce.value().item()), batch);
  meter.mean("train_kl", static_cast<double>(losses.kl.value().item()), batch);
  meter.mean("logit_norm", norm, batch);
  meter.mean("logit_spread", spread, batch);
  meter.mean("logit_mean", mean, batch);
  record_solver_step(meter, before, *training_.model().sampler().diagnostics);
}

std::string DvaeTask::detail(const Meter& meter) const { return "N-ELBO " + short_number(train_nelbo(meter)); }

DvaeTask::Evaluation DvaeTask::evaluate(const Dataset& data, Rng rng) {
  Evaluation total;
  for (std::int64_t begin = 0; begin < data.size(); begin += evaluation_batch) {
    const std::int64_t batch = std::min(evaluation_batch, data.size() - begin);
    evaluation_tape_.clear();
    const Var images =
        evaluation_tape_.constant(Shape{batch, data.features()}, [&](Tensor& out) { data.fill_range(begin, out); });
    const Dvae::Losses losses = training_.model().evaluate_on(images, rng);
    total.bce += static_cast<double>(batch) * static_cast<double>(losses.bce.value().item());
    total.kl += static_cast<double>(batch) * static_cast<double>(losses.kl.value().item());
  }
  total.bce /= static_cast<double>(data.size());
  total.kl /= static_cast<double>(data.size());
  return total;
}

std::vector<std::string> DvaeTask::columns() const {
  std::vector<std::string> names = {"train_nelbo",    "train_bce",     "train_kl",     "validation_nelbo",
                                    "validation_bce", "validation_kl", "test_nelbo",   "test_bce",
                                    "test_kl",        "logit_norm",    "logit_spread", "logit_mean"};
  return with_solver_columns(std::move(names));
}

void DvaeTask::end_epoch(std::int64_t epoch, Meter& meter) {
  Sampler& sampler = training_.model().sampler();
  record_solver_epoch(meter, sampler.alpha());
  meter.latest("train_nelbo", train_nelbo(meter));
  const auto id = static_cast<std::uint64_t>(epoch);
  const auto record = [&](const std::string& set, const Evaluation& losses) {
    meter.latest(set + "_nelbo", losses.bce + losses.kl);
    meter.latest(set + "_bce", losses.bce);
    meter.latest(set + "_kl", losses.kl);
  };
  record("validation", evaluate(validation_, rng_.split(validation_noise).split(id)));
  record("test", evaluate(test_, rng_.split(test_noise).split(id)));
  sampler.diagnostics->reset();
}

std::string DvaeTask::line(const Meter& meter) const {
  const auto text = [&](const char* name) { return short_number(meter.value(name)); };
  return "N-ELBO train " + text("train_nelbo") + "  test " + text("test_nelbo") + "  (BCE " + text("test_bce") +
         " + KL " + text("test_kl") + ")";
}

Record DvaeTask::results(const Metrics& metrics) const {
  return metrics.last_row({"train_nelbo", "validation_nelbo", "test_nelbo", "test_bce", "test_kl", "logit_norm"});
}

void DvaeTask::write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) {
  const DvaePictures shown = draw_pictures(training_.model(), test_, rng_.split(pictures), options_.k);
  write_dvae_report(folder, metrics, summary, options_.settings(), shown);
}

}  // namespace cotape::app
