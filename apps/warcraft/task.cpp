#include <cotape/apps/common/train/solver_metrics.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/apps/warcraft/pictures.h>
#include <cotape/apps/warcraft/task.h>
#include <cotape/nn/train/value.h>

#include <numeric>
#include <utility>

namespace cotape::app {
namespace {

// Purposes that random numbers are drawn for, each with a stream of its own.
enum Stream : std::uint64_t { weights, order, training_noise, mirroring };

double total(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

}  // namespace

WarcraftTask::WarcraftTask(const WarcraftOptions& options, WarcraftMaps train, WarcraftMaps validation,
                           WarcraftMaps test)
    : TaskFrame(options.common.seed,
                [&](const Rng& rng) { return WarcraftStep(options, rng.split(weights), rng.split(training_noise)); }),
      options_(options),
      train_(std::move(train)),
      validation_(std::move(validation)),
      test_(std::move(test)),
      mirrors_rng_(rng_.split(mirroring)),
      order_(train_.count, options.batch, rng_.split(order)),
      finder_(options.net_settings()) {
  training_.net().set_moments(channel_moments(train_));
}

// What a map's mirrors are depends on epoch, step and place alone, so that a resumed run draws the same.
void WarcraftTask::mirror(std::int64_t epoch, std::int64_t step) {
  const auto indices = order_.indices(epoch, step);
  const Rng rng = mirrors_rng_.split(static_cast<std::uint64_t>(epoch)).split(static_cast<std::uint64_t>(step));
  mirrors_.resize(indices.size());
  for (std::size_t b = 0; b < indices.size(); ++b) mirrors_[b] = rng.words(b)[0] % 4;
  copy_mirrored(train_, indices, mirrors_, mirrored_);
  places_.resize(indices.size());
  std::iota(places_.begin(), places_.end(), 0);
}

void WarcraftTask::step(std::int64_t epoch, std::int64_t step, Meter& meter) {
  const StepTime time(*this);
  if (options_.mirror) mirror(epoch, step);
  const WarcraftMaps& set = options_.mirror ? mirrored_ : train_;
  const std::span<const std::int64_t> batch = options_.mirror ? places_ : order_.indices(epoch, step);
  training_.frame().run(batch, epoch, meter, [&](const Shard& shard, Meter& own) { compute(set, shard, own); });
  step_maps_ += static_cast<double>(batch.size());
}

void WarcraftTask::compute(const WarcraftMaps& set, const Shard& shard, Meter& meter) {
  const std::span<const std::int64_t> indices = shard.examples;
  const auto batch = static_cast<std::int64_t>(indices.size());
  const Shape maps{batch, train_.pixels(), train_.pixels(), 3}, grid{batch, options_.size, options_.size};
  const SolverDiagnostics before = training_.objective().diagnostics();
  const WarcraftStep::Values values = training_.compute(
      [&](Tape& tape) -> WarcraftStep::Batch {
        return {tape.constant(maps, [&](Tensor& out) { fill_maps(set, indices, training_.net().moments(), out); }),
                tape.constant(grid, [&](Tensor& out) { fill_paths(set, indices, out); }),
                tape.constant(grid, [&](Tensor& out) { fill_costs(set, indices, out); })};
      },
      shard);

  const auto count = static_cast<double>(batch);
  PathScore score;
  score.add(finder_, values.cells.value(), set, indices);
  meter.mean("train_loss", static_cast<double>(values.loss.value().item()), count);
  meter.share("train_optimal", score.optimal, count);
  meter.share("train_exact_match", score.exact, count);
  record_solver_step(meter, before, training_.objective().diagnostics());
}

std::string WarcraftTask::detail(const Meter& meter) const {
  return "loss " + short_number(meter.value("train_loss")) + "  optimal " + in_percent(meter.value("train_optimal"));
}

std::vector<std::string> WarcraftTask::columns() const {
  std::vector<std::string> names = {
      "train_loss",         "train_optimal",         "train_exact_match", "val_optimal",      "val_exact_match",
      "val_cost_ratio",     "val_cell_accuracy",     "test_optimal",      "test_exact_match", "test_cost_ratio",
      "test_cell_accuracy", "test_cost_correlation", "learning_rate"};
  return with_solver_columns(std::move(names), {"images_per_second"});
}

void WarcraftTask::end_epoch(std::int64_t epoch, Meter& meter) {
  meter.latest("images_per_second", std::exchange(step_maps_, 0) / end_step_time());
  const auto record = [&](const std::string& name, const PathScore& score) {
    meter.latest(name + "_optimal", score.optimal_share());
    meter.latest(name + "_exact_match", score.exact_share());
    meter.latest(name + "_cost_ratio", score.cost_ratio());
    meter.latest(name + "_cell_accuracy", score.cell_accuracy());
    meter.latest(name + "_cost_correlation", score.cost_correlation());
  };
  record("val", evaluate(training_.net(), finder_, validation_, evaluation_tape_));
  record("test", evaluate(training_.net(), finder_, test_, evaluation_tape_));
  meter.latest("learning_rate", training_.frame().learning_rate(epoch));
  record_solver_epoch(meter, training_.objective().alpha());
  training_.objective().diagnostics().reset();
}

std::string WarcraftTask::line(const Meter& meter) const {
  return "loss " + short_number(meter.value("train_loss")) + "  optimal train " +
         in_percent(meter.value("train_optimal")) + "  test " + in_percent(meter.value("test_optimal")) + "  (exact " +
         in_percent(meter.value("test_exact_match")) + ", cost ratio " + short_number(meter.value("test_cost_ratio")) +
         ")";
}

Record WarcraftTask::results(const Metrics& metrics) const {
  double seconds_per_map = 0;
  for (const double speed : metrics.column("images_per_second")) seconds_per_map += 1 / speed;
  Record record =
      metrics.last_row({"test_optimal", "test_exact_match", "test_cost_ratio", "test_cell_accuracy", "val_optimal"});
  record.emplace_back("images_per_second", static_cast<double>(metrics.rows().size()) / seconds_per_map);
  record.emplace_back("solver_seconds", total(metrics.column("solver_seconds_forward")) +
                                            total(metrics.column("solver_seconds_backward")));
  return record;
}

void WarcraftTask::write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) {
  const Image comparison = draw_comparison(training_.net(), finder_, test_, evaluation_tape_);
  write_warcraft_report(folder, metrics, summary, options_.settings(), comparison, map_image(test_, 0));
}

}  // namespace cotape::app
