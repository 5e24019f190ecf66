#include <cotape/apps/common/train/solver_metrics.h>
#include <cotape/apps/common/train/value.h>
#include <cotape/apps/globe_tsp/pictures.h>
#include <cotape/apps/globe_tsp/task.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/tsp/tsp.h>

#include <chrono>
#include <numeric>

namespace cotape::app {
namespace {

// Purposes that random numbers are drawn for, each with a stream of its own.
enum Stream : std::uint64_t { weights, order, training_noise };

// Sums of a step, in the order of the columns that they become.
enum Sum : std::size_t {
  sum_loss,
  sum_cost_norm,
  sum_solver,  // the first of the solver's
  sum_count = sum_solver + solver_sum_count
};

// Column places in a row of metrics.
enum Column : std::size_t {
  epoch_column,
  train_loss,
  train_cost_norm,
  val_exact_tours,
  val_edge_accuracy,
  test_exact_tours,
  test_edge_accuracy,
  test_entry_accuracy,
  mean_cost_norm,
  median_position_error_km  // those of the solver and of time follow
};

constexpr std::int64_t epochs_between_pictures = 10;

std::string percent(double share) { return short_number(100 * share) + " %"; }

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
    : options_(options),
      data_(std::move(data)),
      flags_(flag_tensor(data_.world)),
      rng_(options.common.seed),
      noise_rng_(rng_.split(training_noise)),
      weights_rng_(rng_.split(weights)),
      order_(data_.train.count, options.batch, rng_.split(order)),
      net_(options.pool == "max", weights_rng_),
      objective_(options),
      optimizer_(net_.parameters(), {.lr = options.learning_rate, .epsilon = options.adam_epsilon}),
      rate_{options.learning_rate, options.milestones, options.decay},
      finder_(options.countries) {}

Var GlobeTask::distances(std::span<const std::int64_t> indices) {
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
  const Var flags = tape_.constant(shape, [&](Tensor& out) {
    real* to = out.data();
    for (const std::int64_t country : seen_) to = std::copy_n(flags_.data() + country * size, size, to);
  });
  const Var cities = gather_rows(net_(flags.named("flags")), rows_);
  return pairwise_distances(reshape(cities, {static_cast<std::int64_t>(indices.size()), options_.countries, 3}));
}

void GlobeTask::step(std::int64_t epoch, std::int64_t step, std::span<double> sums) {
  const auto start = std::chrono::steady_clock::now();
  const auto indices = order_.indices(epoch, step);
  const auto batch = static_cast<std::int64_t>(indices.size());
  tape_.clear();
  const Var tours = tape_.constant(Shape{batch, options_.countries, options_.countries},
                                   [&](Tensor& out) { fill_tours(data_.train, indices, out); });
  const SolverDiagnostics before = objective_.diagnostics();
  const Var costs = distances(indices).named("distances");
  const Var loss = objective_(costs, tours.named("wanted"), epoch, noise_rng_).named("loss");
  tape_.backward(loss);
  optimizer_.set_learning_rate(rate_(epoch));
  optimizer_.step();
  optimizer_.clear_gradients();

  sums[sum_loss] += static_cast<double>(batch) * static_cast<double>(loss.value().item());
  sums[sum_cost_norm] += total_norm(costs.value());
  add_solver_step(before, objective_.diagnostics(), sums.subspan(sum_solver));
  step_seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::size_t GlobeTask::sum_count() const { return Sum::sum_count; }

std::string GlobeTask::detail(std::span<const double> sums, std::int64_t steps) const {
  const auto seen = static_cast<double>(std::min(steps * options_.batch, data_.train.count));
  return "loss " + short_number(sums[sum_loss] / seen);
}

std::vector<std::string> GlobeTask::columns() const {
  std::vector<std::string> names = {"train_loss",          "train_cost_norm",  "val_exact_tours",
                                    "val_edge_accuracy",   "test_exact_tours", "test_edge_accuracy",
                                    "test_entry_accuracy", "mean_cost_norm",   "median_position_error_km"};
  for (const auto& more : {solver_columns(), {"solver_share"}, solver_time_columns()})
    names.insert(names.end(), more.begin(), more.end());
  return names;
}

std::vector<double> GlobeTask::end_epoch(std::int64_t, std::span<const double> sums) {
  const auto n = static_cast<double>(data_.train.count);
  const Tensor places = predict_places(net_, flags_, evaluation_tape_);
  const TourScore validation = evaluate(places, finder_, data_.validation, evaluation_tape_);
  const TourScore test = evaluate(places, finder_, data_.test, evaluation_tape_);
  const double share = objective_.diagnostics().seconds() / step_seconds_;
  step_seconds_ = 0;
  std::vector<double> row = {
      sums[sum_loss] / n,         sums[sum_cost_norm] / n, validation.exact_share(),
      validation.edge_accuracy(), test.exact_share(),      test.edge_accuracy(),
      test.entry_accuracy(),      test.mean_cost_norm(),   align(places, data_.world).median_error_km};
  for (const auto& more : {solver_values(sums.subspan(sum_solver), steps_per_epoch(), objective_.alpha()),
                           {share},
                           solver_times(objective_.diagnostics())})
    row.insert(row.end(), more.begin(), more.end());
  objective_.diagnostics().reset();
  return row;
}

std::string GlobeTask::line(const std::vector<double>& row) const {
  return "loss " + short_number(row[train_loss]) + "  test exact " + percent(row[test_exact_tours]) + "  edges " +
         percent(row[test_edge_accuracy]) + "  cost norm " + short_number(row[mean_cost_norm]) + "  off by " +
         short_number(row[median_position_error_km]) + " km";
}

Record GlobeTask::results(const Metrics& metrics) const {
  const std::vector<double>& row = metrics.rows().back();
  const double solves = total(metrics, "solver_calls_forward") + total(metrics, "solver_calls_backward");
  return {{"test_exact_tours", row[test_exact_tours]},
          {"test_edge_accuracy", row[test_edge_accuracy]},
          {"test_entry_accuracy", row[test_entry_accuracy]},
          {"val_exact_tours", row[val_exact_tours]},
          {"mean_cost_norm", row[mean_cost_norm]},
          {"median_position_error_km", row[median_position_error_km]},
          {"solver_seconds", total(metrics, "solver_seconds_forward") + total(metrics, "solver_seconds_backward")},
          {"solves", static_cast<std::int64_t>(solves)}};
}

void GlobeTask::save(Checkpoint& checkpoint) const {
  checkpoint.put_text("app", "globe_tsp");
  net_.save(checkpoint);
  optimizer_.save(checkpoint);
  objective_.save(checkpoint);
  checkpoint.put("rng.noise", noise_rng_);
}

void GlobeTask::load(const Checkpoint& checkpoint) {
  net_.load(checkpoint);
  optimizer_.load(checkpoint);
  objective_.load(checkpoint);
  noise_rng_ = checkpoint.rng("rng.noise");
}

void GlobeTask::write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) {
  // An epoch takes a second: drawing the pictures each time would be a fifth of it.
  const std::int64_t epoch = metrics.last_epoch();
  std::error_code ignored;
  const bool drawn = std::filesystem::exists(folder.file("map.png"), ignored) &&
                     std::filesystem::exists(folder.file("tours.png"), ignored);
  if (!drawn || epoch == 1 || epoch % epochs_between_pictures == 0 || epoch == options_.common.epochs) {
    const Tensor places = predict_places(net_, flags_, evaluation_tape_);
    write_globe_pictures(folder, draw_map(data_.world, align(places, data_.world)),
                         draw_tours(data_.world, places, finder_, data_.test));
  }
  write_globe_report(folder, metrics, summary, options_.settings());
}

}  // namespace cotape::app
