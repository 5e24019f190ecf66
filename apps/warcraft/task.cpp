#include <cotape/apps/common/train/solver_metrics.h>
#include <cotape/apps/common/train/value.h>
#include <cotape/apps/warcraft/pictures.h>
#include <cotape/apps/warcraft/task.h>

#include <chrono>
#include <numeric>

namespace cotape::app {
namespace {

// Purposes that random numbers are drawn for, each with a stream of its own.
enum Stream : std::uint64_t { weights, order, training_noise, mirroring };

// Sums of a step, in the order of the columns that they become.
enum Sum : std::size_t {
  sum_loss,
  sum_optimal,
  sum_exact,
  sum_solver,  // the first of the solver's
  sum_count = sum_solver + solver_sum_count
};

// Column places in a row of metrics.
enum Column : std::size_t {
  epoch_column,
  train_loss,
  train_optimal,
  train_exact_match,
  val_optimal,
  val_exact_match,
  val_cost_ratio,
  val_cell_accuracy,
  test_optimal,
  test_exact_match,
  test_cost_ratio,
  test_cell_accuracy,
  test_cost_correlation,
  learning_rate  // those of the solver and of time follow
};

std::string percent(double share) { return short_number(100 * share) + " %"; }

double total(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

}  // namespace

WarcraftTask::WarcraftTask(const WarcraftOptions& options, WarcraftMaps train, WarcraftMaps validation,
                           WarcraftMaps test)
    : options_(options),
      train_(std::move(train)),
      validation_(std::move(validation)),
      test_(std::move(test)),
      rng_(options.common.seed),
      noise_rng_(rng_.split(training_noise)),
      weights_rng_(rng_.split(weights)),
      mirrors_rng_(rng_.split(mirroring)),
      order_(train_.count, options.batch, rng_.split(order)),
      net_(options.net_settings(), weights_rng_),
      objective_(options),
      optimizer_(net_.parameters(), {.lr = options.learning_rate}),
      rate_{options.learning_rate, options.milestones, options.decay},
      finder_(options.net_settings()) {
  net_.set_moments(channel_moments(train_));
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

void WarcraftTask::step(std::int64_t epoch, std::int64_t step, std::span<double> sums) {
  const auto start = std::chrono::steady_clock::now();
  if (options_.mirror) mirror(epoch, step);
  const WarcraftMaps& set = options_.mirror ? mirrored_ : train_;
  const std::span<const std::int64_t> indices = options_.mirror ? places_ : order_.indices(epoch, step);
  const auto batch = static_cast<std::int64_t>(indices.size());
  const std::int64_t size = options_.size, pixels = train_.pixels();
  tape_.clear();
  const Var maps = tape_.constant(Shape{batch, pixels, pixels, 3},
                                  [&](Tensor& out) { fill_maps(set, indices, net_.moments(), out); });
  const Shape grid{batch, size, size};
  const Var paths = tape_.constant(grid, [&](Tensor& out) { fill_paths(set, indices, out); });
  const Var costs = tape_.constant(grid, [&](Tensor& out) { fill_costs(set, indices, out); });

  const SolverDiagnostics before = objective_.diagnostics();
  const Var cells = net_(maps.named("maps"));
  const Var loss = objective_(cells, paths.named("wanted"), costs, noise_rng_).named("loss");
  tape_.backward(loss);
  optimizer_.set_learning_rate(rate_(epoch));
  optimizer_.step();
  optimizer_.clear_gradients();

  PathScore score;
  score.add(finder_, cells.value(), set, indices);
  sums[sum_loss] += static_cast<double>(batch) * static_cast<double>(loss.value().item());
  sums[sum_optimal] += score.optimal;
  sums[sum_exact] += score.exact;
  add_solver_step(before, objective_.diagnostics(), sums.subspan(sum_solver));
  step_seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  step_maps_ += static_cast<double>(batch);
}

std::size_t WarcraftTask::sum_count() const { return Sum::sum_count; }

std::string WarcraftTask::detail(std::span<const double> sums, std::int64_t steps) const {
  const auto seen = static_cast<double>(std::min(steps * options_.batch, train_.count));
  return "loss " + short_number(sums[sum_loss] / seen) + "  optimal " + percent(sums[sum_optimal] / seen);
}

std::vector<std::string> WarcraftTask::columns() const {
  std::vector<std::string> names = {
      "train_loss",         "train_optimal",         "train_exact_match", "val_optimal",      "val_exact_match",
      "val_cost_ratio",     "val_cell_accuracy",     "test_optimal",      "test_exact_match", "test_cost_ratio",
      "test_cell_accuracy", "test_cost_correlation", "learning_rate"};
  for (const auto& more : {solver_columns(), {"images_per_second"}, solver_time_columns()})
    names.insert(names.end(), more.begin(), more.end());
  return names;
}

std::vector<double> WarcraftTask::end_epoch(std::int64_t epoch, std::span<const double> sums) {
  const auto n = static_cast<double>(train_.count);
  const double speed = step_maps_ / step_seconds_;
  step_maps_ = step_seconds_ = 0;
  const PathScore validation = evaluate(net_, finder_, validation_, evaluation_tape_);
  const PathScore test = evaluate(net_, finder_, test_, evaluation_tape_);
  std::vector<double> row = {sums[sum_loss] / n,
                             sums[sum_optimal] / n,
                             sums[sum_exact] / n,
                             validation.optimal_share(),
                             validation.exact_share(),
                             validation.cost_ratio(),
                             validation.cell_accuracy(),
                             test.optimal_share(),
                             test.exact_share(),
                             test.cost_ratio(),
                             test.cell_accuracy(),
                             test.cost_correlation(),
                             rate_(epoch)};
  for (const auto& more : {solver_values(sums.subspan(sum_solver), steps_per_epoch(), objective_.alpha()),
                           {speed},
                           solver_times(objective_.diagnostics())})
    row.insert(row.end(), more.begin(), more.end());
  objective_.diagnostics().reset();
  return row;
}

std::string WarcraftTask::line(const std::vector<double>& row) const {
  return "loss " + short_number(row[train_loss]) + "  optimal train " + percent(row[train_optimal]) + "  test " +
         percent(row[test_optimal]) + "  (exact " + percent(row[test_exact_match]) + ", cost ratio " +
         short_number(row[test_cost_ratio]) + ")";
}

Record WarcraftTask::results(const Metrics& metrics) const {
  const std::vector<double>& row = metrics.rows().back();
  double seconds_per_map = 0;
  for (const double speed : metrics.column("images_per_second")) seconds_per_map += 1 / speed;
  return {{"test_optimal", row[test_optimal]},
          {"test_exact_match", row[test_exact_match]},
          {"test_cost_ratio", row[test_cost_ratio]},
          {"test_cell_accuracy", row[test_cell_accuracy]},
          {"val_optimal", row[val_optimal]},
          {"images_per_second", static_cast<double>(metrics.rows().size()) / seconds_per_map},
          {"solver_seconds",
           total(metrics.column("solver_seconds_forward")) + total(metrics.column("solver_seconds_backward"))}};
}

void WarcraftTask::save(Checkpoint& checkpoint) const {
  net_.settings().save(checkpoint);
  net_.save(checkpoint);
  optimizer_.save(checkpoint);
  objective_.save(checkpoint);
  checkpoint.put("rng.noise", noise_rng_);
}

void WarcraftTask::load(const Checkpoint& checkpoint) {
  net_.load(checkpoint);
  optimizer_.load(checkpoint);
  objective_.load(checkpoint);
  noise_rng_ = checkpoint.rng("rng.noise");
}

void WarcraftTask::write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) {
  const Image comparison = draw_comparison(net_, finder_, test_, evaluation_tape_);
  write_warcraft_report(folder, metrics, summary, options_.settings(), comparison, map_image(test_, 0));
}

}  // namespace cotape::app
