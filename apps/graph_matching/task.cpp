#include <cotape/apps/common/train/solver_metrics.h>
#include <cotape/apps/graph_matching/pictures.h>
#include <cotape/apps/graph_matching/task.h>
#include <cotape/nn/train/value.h>

#include <chrono>

namespace cotape::app {
namespace {

// Purposes that random numbers are drawn for, each with a stream of its own.
enum Stream : std::uint64_t { weights, order, noise };

std::string percent(double share) { return short_number(100 * share) + " %"; }

}  // namespace

MatchingTask::MatchingTask(const MatchingOptions& options, const MatchingData& data, const MatchingData* other)
    : options_(options),
      data_(data),
      rng_(options.common.seed),
      order_(std::ssize(data.train), options.batch, rng_.split(order)),
      training_(options, data, rng_.split(weights), rng_.split(noise)) {
  tested_.reserve(2);
  tested_.push_back({data, Evaluator(options, data)});
  if (other) tested_.push_back({*other, Evaluator(options, *other)});
  for (const Tested& tested : tested_)
    for (const PairGroup& group : tested.data.test)
      untrained_.emplace_back("patches_accuracy_" + group.name, match_patches(tested.data, group).accuracy());
}

void MatchingTask::step(std::int64_t epoch, std::int64_t step, Meter& meter) {
  const auto start = std::chrono::steady_clock::now();
  training_.run(order_.indices(epoch, step), epoch, meter,
                [&](const Shard& shard, Meter& own) { compute(shard, own); });
  step_seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void MatchingTask::compute(const Shard& shard, Meter& meter) {
  const SolverDiagnostics before = training_.objective().diagnostics();
  const MatchingStep::Values values = training_.compute(shard);
  const auto count = std::ssize(shard.examples);
  meter.mean("train_loss", static_cast<double>(values.loss.value().item()), static_cast<double>(count));
  MatchScore score;
  if (!values.matchings.is_empty()) {
    const Tensor& matchings = values.matchings.value();
    const std::int64_t samples = matchings.shape()[1], size = matchings.shape()[2];
    const auto nodes = static_cast<std::size_t>(data_.points() * data_.points());
    for (std::int64_t k = 0; k < count * samples; ++k)
      score.add(data_.train[static_cast<std::size_t>(shard.examples[static_cast<std::size_t>(k / samples)])],
                matchings.values().subspan(static_cast<std::size_t>(k * size), nodes));
  }
  meter.share("train_accuracy", score.right, score.wanted);
  record_solver_step(meter, before, training_.objective().diagnostics());
}

std::string MatchingTask::detail(const Meter& meter) const { return "loss " + short_number(meter.value("train_loss")); }

std::vector<std::string> MatchingTask::group_names() const {
  std::vector<std::string> names;
  for (const Tested& tested : tested_)
    for (const PairGroup& group : tested.data.test) names.push_back(group.name);
  return names;
}

std::vector<std::string> MatchingTask::columns() const {
  std::vector<std::string> names = {"train_loss", "train_accuracy", "test_accuracy", "test_precision", "test_perfect"};
  for (const std::string& group : group_names()) names.push_back("accuracy_" + group);
  for (const auto& more : {solver_columns(), {"solver_share"}, solver_time_columns()})
    names.insert(names.end(), more.begin(), more.end());
  return names;
}

void MatchingTask::end_epoch(std::int64_t /*epoch*/, Meter& meter) {
  SolverDiagnostics& solver = training_.objective().diagnostics();
  meter.latest("solver_share", step_seconds_ > 0 ? solver.seconds() / step_seconds_ : 0);
  step_seconds_ = 0;
  record_solver_epoch(meter, solver.alpha);
  MatchScore all;
  for (Tested& tested : tested_)
    for (const PairGroup& group : tested.data.test) {
      const MatchScore score = tested.evaluator.evaluate(training_.model(), group);
      meter.latest("accuracy_" + group.name, score.accuracy());
      if (&tested.data == &data_) all += score;
    }
  meter.latest("test_accuracy", all.accuracy());
  meter.latest("test_precision", all.precision());
  meter.latest("test_perfect", all.pairs > 0 ? all.perfect / all.pairs : 0);
  solver.reset();
}

std::string MatchingTask::line(const Meter& meter) const {
  std::string text = "loss " + short_number(meter.value("train_loss")) + "  right points: training " +
                     percent(meter.value("train_accuracy")) + "  test " + percent(meter.value("test_accuracy"));
  const std::vector<std::string> groups = group_names();
  if (groups.size() > 1)
    for (const std::string& group : groups) text += "  " + group + " " + percent(meter.value("accuracy_" + group));
  return text;
}

Record MatchingTask::results(const Metrics& metrics) const {
  Record record;
  const auto last = [&](const std::string& name) { record.emplace_back(name, metrics.column(name).back()); };
  for (const char* name : {"train_accuracy", "test_accuracy", "test_precision", "test_perfect"}) last(name);
  for (const std::string& group : group_names()) last("accuracy_" + group);
  record.insert(record.end(), untrained_.begin(), untrained_.end());
  return record;
}

void MatchingTask::write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) {
  std::vector<ShownPair> shown;
  for (Tested& tested : tested_)
    for (const PairGroup& group : tested.data.test) {
      const std::size_t wanted = tested_.size() * tested.data.test.size() > 1 ? 1 : 3;
      for (std::size_t i = 0; i < std::min(wanted, group.pairs.size()); ++i) {
        const ViewPair& pair = group.pairs[i];
        shown.push_back({group.name, tested.data.views[static_cast<std::size_t>(pair.left)],
                         tested.data.views[static_cast<std::size_t>(pair.right)], pair,
                         tested.evaluator.match(training_.model(), pair)});
      }
    }
  write_png(folder.file("matches.png"), draw_matches(shown));
  write_matching_report(folder, metrics, summary, options_.settings(), group_names());
}

}  // namespace cotape::app
