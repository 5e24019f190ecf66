#include <cotape/apps/common/train/solver_metrics.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/apps/latent_trees/pictures.h>
#include <cotape/apps/latent_trees/task.h>
#include <cotape/engine/base/error.h>
#include <cotape/nn/train/value.h>

#include <algorithm>

namespace cotape::app {
namespace {

// Purposes that random numbers are drawn for, each with a stream of its own.
enum Stream : std::uint64_t { weights, order, training_noise, validation_noise, test_noise };

}  // namespace

LayoutSets load_layouts(LatentTreesOptions& options) {
  LayoutSizes& sizes = options.sizes;
  if (options.common.data == "generated") return generate_layouts(sizes, options.data_seed);
  LayoutSets sets = read_layouts(options.common.data);
  sizes = {sets.train.count, sets.validation.count, sets.test.count, sets.train.nodes, sets.train.frames};
  if (options.rollout >= sizes.frames)
    fail<ValueError>("--rollout ", options.rollout, ": the data have ", sizes.frames, " frames");
  return sets;
}

LatentTreesTask::LatentTreesTask(const LatentTreesOptions& options, LayoutSets data)
    : TaskFrame(
          options.common.seed,
          [&](const Rng& rng) { return LatentTreesStep(options, rng.split(weights), rng.split(training_noise)); }),
      options_(options),
      data_(std::move(data)),
      order_(data_.train.count, options.batch, rng_.split(order)),
      finder_(data_.train.nodes) {}

void LatentTreesTask::step(std::int64_t epoch, std::int64_t step, Meter& meter) {
  const StepTime time(*this);
  training_.frame().run(order_.indices(epoch, step), epoch, meter,
                        [&](const Shard& shard, Meter& own) { compute(shard, own); });
}

void LatentTreesTask::compute(const Shard& shard, Meter& meter) {
  const std::span<const std::int64_t> indices = shard.examples;
  const LayoutSet& set = data_.train;
  const Shape shape{static_cast<std::int64_t>(indices.size()), set.frames, set.nodes, 2};
  const SolverDiagnostics before = *training_.model().sampler().diagnostics;
  const LatentTrees::Losses losses = training_.compute(
      [&](Tape& tape) { return tape.constant(shape, [&](Tensor& out) { set.fill(indices, out); }); }, shard);

  const auto batch = static_cast<double>(indices.size());
  meter.mean("train_elbo", -static_cast<double>(losses.loss.value().item()), batch);
  meter.mean("train_nll", static_cast<double>(losses.nll.value().item()), batch);
  meter.mean("train_kl", static_cast<double>(losses.kl.value().item()), batch);
  record_solver_step(meter, before, *training_.model().sampler().diagnostics);
}

std::string LatentTreesTask::detail(const Meter& meter) const {
  return "ELBO " + short_number(meter.value("train_elbo"));
}

std::vector<std::string> LatentTreesTask::columns() const {
  std::vector<std::string> names = {"train_elbo", "train_nll", "train_kl"};
  for (const std::string set : {"val_", "test_"})
    for (const char* what :
         {"elbo", "nll", "kl", "precision", "exact_trees", "published_precision", "published_recall"})
      names.push_back(set + what);
  for (const char* name : {"score_mean", "score_deviation"}) names.emplace_back(name);
  return with_solver_columns(std::move(names), {"solver_share"});
}

void LatentTreesTask::end_epoch(std::int64_t epoch, Meter& meter) {
  SolverDiagnostics& solver = *training_.model().sampler().diagnostics;
  record_solver_epoch(meter, solver, end_step_time());
  const auto id = static_cast<std::uint64_t>(epoch);
  const auto record = [&](const std::string& name, const LayoutSet& set, Stream noise) {
    const TreeScore score = evaluate(training_.model(), set, finder_, rng_.split(noise).split(id), evaluation_tape_);
    const EdgeShares published = score.as_published();
    meter.latest(name + "_elbo", score.elbo());
    meter.latest(name + "_nll", score.nll / score.examples);
    meter.latest(name + "_kl", score.kl / score.examples);
    meter.latest(name + "_precision", score.precision());
    meter.latest(name + "_exact_trees", score.exact_share());
    meter.latest(name + "_published_precision", published.precision);
    meter.latest(name + "_published_recall", published.recall);
    return score;
  };
  record("val", data_.validation, validation_noise);
  const TreeScore test = record("test", data_.test, test_noise);
  meter.latest("score_mean", test.mean_score());
  meter.latest("score_deviation", test.score_deviation());
  solver.reset();
}

std::string LatentTreesTask::line(const Meter& meter) const {
  return "ELBO train " + short_number(meter.value("train_elbo")) + "  test " + short_number(meter.value("test_elbo")) +
         "  right edges " + in_percent(meter.value("test_precision")) + "  trees " +
         in_percent(meter.value("test_exact_trees")) + "  published " +
         in_percent(meter.value("test_published_precision")) + " / " + in_percent(meter.value("test_published_recall"));
}

Record LatentTreesTask::results(const Metrics& metrics) const {
  const std::vector<double> elbos = metrics.column("val_elbo");
  const auto best = static_cast<std::size_t>(std::max_element(elbos.begin(), elbos.end()) - elbos.begin());
  Record record = {{"best_epoch", static_cast<std::int64_t>(metrics.column("epoch")[best])}};
  for (const char* name : {"val_elbo", "val_precision", "test_elbo", "test_precision", "test_exact_trees",
                           "test_published_precision", "test_published_recall"})
    record.emplace_back(name, metrics.column(name)[best]);
  return record;
}

void LatentTreesTask::write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) {
  write_latent_trees_pictures(folder, training_.model(), data_.test, finder_, evaluation_tape_);
  write_latent_trees_report(folder, metrics, summary, options_.settings());
}

}  // namespace cotape::app
