#include <cotape/apps/common/train/solver_metrics.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/apps/globe_tsp/pictures.h>
#include <cotape/apps/globe_tsp/task.h>
#include <cotape/engine/ops.h>
#include <cotape/nn/train/value.h>
#include <cotape/solvers/tsp/tsp.h>

#include <numeric>

namespace cotape::app {
namespace {

// Purposes that random numbers are drawn for, each with a stream of its own.
enum Stream : std::uint64_t { weights, order, training_noise };

constexpr std::int64_t epochs_between_pictures = 10;

double total(const Metrics& metrics, const std::string& column) {
  const std::vector<double> values = metrics.column(column);
  return std::accumulate(values.begin(), values.end(), 0.0);
}

}  // namespace

GlobeData make_globe_data(const GlobeOptions& options) {
  const std::filesystem::path flags = find_flags(options.common.data);
  const std::vector<Capital> capitals =
      options.capitals.empty() ? capitals_of_the_world() : read_capitals(options.capitals);
  GlobeData data;
  data.world = options.codes.empty() ? choose_world(flags, capitals, options.world)
                                     : choose_world(flags, capitals, options.codes);
  const Tsp solver{.n = options.countries};
  const auto make = [&](std::int64_t count, GlobeSplit split) {
    return generate_globe_tours(
        data.world, {.count = count, .cities = options.countries, .seed = options.data_seed, .split = split},
        [&](std::span<const real> cost, std::span<real> tour) { solver.solve(cost, tour); });
  };
  data.train = make(options.train, GlobeSplit::train);
  data.validation = make(options.val, GlobeSplit::validation);
  data.test = make(options.test, GlobeSplit::test);
  corrupt_tours(data.train, options.label_corruption, options.data_seed);
  return data;
}

GlobeTask::GlobeTask(const GlobeOptions& options, GlobeData data)
    : TaskFrame(options.common.seed,
                [&](const Rng& rng) { return GlobeStep(options, rng.split(weights), rng.split(training_noise)); }),
      options_(options),
      data_(std::move(data)),
      flags_(flag_tensor(data_.world)),
      order_(data_.train.count, options.batch, rng_.split(order)),
      finder_(options.countries) {}

GlobeStep::Batch GlobeTask::make_batch(Tape& tape, std::span<const std::int64_t> indices) {
  const Shape tours{static_cast<std::int64_t>(indices.size()), options_.countries, options_.countries};
  std::vector<std::int64_t> place(static_cast<std::size_t>(data_.world.size()), -1);
  seen_.clear();
  rows_.clear();
  for (const std::int64_t index : indices)
    for (const std::int64_t country : data_.train.countries_of(index)) {
      std::int64_t& row = place[static_cast<std::size_t>(country)];
      if (row < 0) {
        row = static_cast<std::int64_t>(seen_.size());
        seen_.push_back(country);
      }
      rows_.push_back(row);
    }
  const std::int64_t size = flags_.size() / data_.world.size();
  const Shape shape = flags_.shape().with(0, static_cast<std::int64_t>(seen_.size()));
  const Var wanted = tape.constant(tours, [&](Tensor& out) { fill_tours(data_.train, indices, out); });
  const Var flags = tape.constant(shape, [&](Tensor& out) {
    real* to = out.data();
    for (const std::int64_t country : seen_) to = std::copy_n(flags_.data() + country * size, size, to);
  });
  return {wanted, flags, rows_};
}

void GlobeTask::step(std::int64_t epoch, std::int64_t step, Meter& meter) {
  const StepTime time(*this);
  training_.frame().run(order_.indices(epoch, step), epoch, meter,
                        [&](const Shard& shard, Meter& own) { compute(shard, epoch, own); });
}

void GlobeTask::compute(const Shard& shard, std::int64_t epoch, Meter& meter) {
  const SolverDiagnostics before = training_.objective().diagnostics();
  const GlobeStep::Values values =
      training_.compute([&](Tape& tape) { return make_batch(tape, shard.examples); }, epoch, shard);

  const auto batch = static_cast<double>(shard.examples.size());
  const double of_batch = training_.objective().weight(shard) / shard.share;  // 1 where losses are means
  meter.mean("train_loss", of_batch * static_cast<double>(values.loss.value().item()), batch);
  meter.share("train_cost_norm", total_norm(values.distances.value()), batch);
  record_solver_step(meter, before, training_.objective().diagnostics());
}

std::string GlobeTask::detail(const Meter& meter) const { return "loss " + short_number(meter.value("train_loss")); }

std::vector<std::string> GlobeTask::columns() const {
  std::vector<std::string> names = {"train_loss",          "train_cost_norm",  "val_exact_tours",
                                    "val_edge_accuracy",   "test_exact_tours", "test_edge_accuracy",
                                    "test_entry_accuracy", "mean_cost_norm",   "median_position_error_km"};
  return with_solver_columns(std::move(names), {"solver_share"});
}

void GlobeTask::end_epoch(std::int64_t, Meter& meter) {
  const Tensor places = predict_places(training_.net(), flags_, evaluation_tape_);
  const TourScore validation = evaluate(places, finder_, data_.validation, evaluation_tape_);
  const TourScore test = evaluate(places, finder_, data_.test, evaluation_tape_);
  meter.latest("val_exact_tours", validation.exact_share());
  meter.latest("val_edge_accuracy", validation.edge_accuracy());
  meter.latest("test_exact_tours", test.exact_share());
  meter.latest("test_edge_accuracy", test.edge_accuracy());
  meter.latest("test_entry_accuracy", test.entry_accuracy());
  meter.latest("mean_cost_norm", test.mean_cost_norm());
  meter.latest("median_position_error_km", align(places, data_.world).median_error_km);
  SolverDiagnostics& solver = training_.objective().diagnostics();
  record_solver_epoch(meter, solver, end_step_time());
  solver.reset();
}

std::string GlobeTask::line(const Meter& meter) const {
  return "loss " + short_number(meter.value("train_loss")) + "  test exact " +
         in_percent(meter.value("test_exact_tours")) + "  edges " + in_percent(meter.value("test_edge_accuracy")) +
         "  cost norm " + short_number(meter.value("mean_cost_norm")) + "  off by " +
         short_number(meter.value("median_position_error_km")) + " km";
}

Record GlobeTask::results(const Metrics& metrics) const {
  Record record = metrics.last_row({"test_exact_tours", "test_edge_accuracy", "test_entry_accuracy", "val_exact_tours",
                                    "mean_cost_norm", "median_position_error_km"});
  const double solves = total(metrics, "solver_calls_forward") + total(metrics, "solver_calls_backward");
  record.emplace_back("solver_seconds",
                      total(metrics, "solver_seconds_forward") + total(metrics, "solver_seconds_backward"));
  record.emplace_back("solves", static_cast<std::int64_t>(solves));
  return record;
}

void GlobeTask::write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) {
  // An epoch takes a second: drawing the pictures each time would be a fifth of it.
  const std::int64_t epoch = metrics.last_epoch();
  std::error_code ignored;
  const bool drawn = std::filesystem::exists(folder.file("map.png"), ignored) &&
                     std::filesystem::exists(folder.file("tours.png"), ignored);
  if (!drawn || epoch == 1 || epoch % epochs_between_pictures == 0 || epoch == options_.common.epochs) {
    const Tensor places = predict_places(training_.net(), flags_, evaluation_tape_);
    write_globe_pictures(folder, draw_map(data_.world, align(places, data_.world)),
                         draw_tours(data_.world, places, finder_, data_.test));
  }
  write_globe_report(folder, metrics, summary, options_.settings());
}

}  // namespace cotape::app
