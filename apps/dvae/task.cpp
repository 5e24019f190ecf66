#include <cotape/apps/common/train/solver_metrics.h>
#include <cotape/apps/common/train/value.h>
#include <cotape/apps/dvae/pictures.h>
#include <cotape/apps/dvae/task.h>
#include <cotape/engine/base/error.h>

#include <cmath>

namespace cotape::app {
namespace {

// Purposes that random numbers are drawn for, each with a stream of its own.
enum Stream : std::uint64_t { weights, order, training_noise, validation_noise, test_noise, pictures };

// Sums of a step, in the order of the columns that they become.
enum Sum : std::size_t {
  sum_bce,
  sum_kl,
  sum_norm,
  sum_spread,
  sum_mean,
  sum_solver,  // the first of the solver's
  sum_count = sum_solver + solver_sum_count
};

// Column places in a row of metrics.
enum Column : std::size_t {
  epoch_column,
  train_nelbo,
  train_bce,
  train_kl,
  validation_nelbo,
  validation_bce,
  validation_kl,
  test_nelbo,
  test_bce,
  test_kl,
  logit_norm,
  logit_spread,
  logit_mean  // those of the solver follow
};

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

}  // namespace

DvaeTask::DvaeTask(const DvaeOptions& options, const Dataset& all_training, Dataset test)
    : options_(options),
      train_(first_part(all_training, options.validation)),
      validation_(all_training.split(all_training.size() - options.validation).second),
      test_(std::move(test)),
      rng_(options.common.seed),
      noise_rng_(rng_.split(training_noise)),
      order_(train_.size(), options.batch, rng_.split(order)),
      weights_rng_(rng_.split(weights)),
      model_(train_.features(), options, weights_rng_),
      optimizer_(model_.parameters(), {.lr = options.learning_rate}) {
  if (test_.features() != train_.features())
    fail<ValueError>("test images have ", test_.features(), " pixels, training images ", train_.features());
}

void DvaeTask::step(std::int64_t epoch, std::int64_t step, std::span<double> sums) {
  const auto indices = order_.indices(epoch, step);
  const auto batch = static_cast<std::int64_t>(indices.size());
  tape_.clear();
  const Var images =
      tape_.constant(Shape{batch, train_.features()}, [&](Tensor& out) { train_.fill_batch(indices, out); });
  const SolverDiagnostics before = *model_.sampler().diagnostics;
  const Dvae::Losses losses = model_.train_on(images.named("images"), noise_rng_, epoch * steps_per_epoch() + step);
  tape_.backward(losses.nelbo);
  optimizer_.step();
  optimizer_.clear_gradients();

  const double weight = static_cast<double>(batch);
  const auto [norm, spread, mean] = score_size(losses.scores.value());
  sums[sum_bce] += weight * static_cast<double>(losses.bce.value().item());
  sums[sum_kl] += weight * static_cast<double>(losses.kl.value().item());
  sums[sum_norm] += weight * norm;
  sums[sum_spread] += weight * spread;
  sums[sum_mean] += weight * mean;
  add_solver_step(before, *model_.sampler().diagnostics, sums.subspan(sum_solver));
}

std::size_t DvaeTask::sum_count() const { return Sum::sum_count; }

std::string DvaeTask::detail(std::span<const double> sums, std::int64_t steps) const {
  const auto seen = static_cast<double>(std::min(steps * options_.batch, train_.size()));
  return "N-ELBO " + short_number((sums[sum_bce] + sums[sum_kl]) / seen);
}

DvaeTask::Evaluation DvaeTask::evaluate(const Dataset& data, Rng rng) {
  Evaluation total;
  for (std::int64_t begin = 0; begin < data.size(); begin += evaluation_batch) {
    const std::int64_t batch = std::min(evaluation_batch, data.size() - begin);
    evaluation_tape_.clear();
    const Var images =
        evaluation_tape_.constant(Shape{batch, data.features()}, [&](Tensor& out) { data.fill_range(begin, out); });
    const Dvae::Losses losses = model_.evaluate_on(images, rng);
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
  for (const auto& more : {solver_columns(), solver_time_columns()})
    names.insert(names.end(), more.begin(), more.end());
  return names;
}

std::vector<double> DvaeTask::end_epoch(std::int64_t epoch, std::span<const double> sums) {
  const auto n = static_cast<double>(train_.size());
  Sampler& sampler = model_.sampler();
  // Times are read before the evaluation, which solves too.
  const std::vector<double> times = solver_times(*sampler.diagnostics);
  const auto id = static_cast<std::uint64_t>(epoch);
  const Evaluation validation = evaluate(validation_, rng_.split(validation_noise).split(id));
  const Evaluation test = evaluate(test_, rng_.split(test_noise).split(id));
  sampler.diagnostics->reset();
  std::vector<double> row = {(sums[sum_bce] + sums[sum_kl]) / n,
                             sums[sum_bce] / n,
                             sums[sum_kl] / n,
                             validation.bce + validation.kl,
                             validation.bce,
                             validation.kl,
                             test.bce + test.kl,
                             test.bce,
                             test.kl,
                             sums[sum_norm] / n,
                             sums[sum_spread] / n,
                             sums[sum_mean] / n};
  const std::vector<double> solver = solver_values(sums.subspan(sum_solver), steps_per_epoch(), sampler.alpha());
  row.insert(row.end(), solver.begin(), solver.end());
  row.insert(row.end(), times.begin(), times.end());
  return row;
}

std::string DvaeTask::line(const std::vector<double>& row) const {
  return "N-ELBO train " + short_number(row[train_nelbo]) + "  test " + short_number(row[test_nelbo]) + "  (BCE " +
         short_number(row[test_bce]) + " + KL " + short_number(row[test_kl]) + ")";
}

Record DvaeTask::results(const Metrics& metrics) const {
  const std::vector<double>& row = metrics.rows().back();
  return {{"train_nelbo", row[train_nelbo]}, {"validation_nelbo", row[validation_nelbo]},
          {"test_nelbo", row[test_nelbo]},   {"test_bce", row[test_bce]},
          {"test_kl", row[test_kl]},         {"logit_norm", row[logit_norm]}};
}

void DvaeTask::save(Checkpoint& checkpoint) const {
  model_.save(checkpoint);
  optimizer_.save(checkpoint);
  model_.sampler().save(checkpoint);
  checkpoint.put("rng.noise", noise_rng_);
}

void DvaeTask::load(const Checkpoint& checkpoint) {
  model_.load(checkpoint);
  optimizer_.load(checkpoint);
  model_.sampler().load(checkpoint);
  noise_rng_ = checkpoint.rng("rng.noise");
}

void DvaeTask::write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) {
  const DvaePictures shown = draw_pictures(model_, test_, rng_.split(pictures), options_.k);
  write_dvae_report(folder, metrics, summary, options_.settings(), shown);
}

}  // namespace cotape::app
