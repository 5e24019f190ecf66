#include <cotape/apps/common/train/solver_metrics.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/apps/graph_matching/pictures.h>
#include <cotape/apps/graph_matching/task.h>
#include <cotape/nn/train/value.h>

namespace cotape::app {
namespace {

// Purposes that random numbers are drawn for, each with a stream of its own.
enum Stream : std::uint64_t { weights, order, noise };

}  // namespace

MatchingTask::MatchingTask(const MatchingOptions& options, const MatchingData& data, const MatchingData* other)
    : TaskFrame(options.common.seed,
                [&](const Rng& rng) { return MatchingStep(options, data, rng.split(weights), rng.split(noise)); }),
      options_(options),
      data_(data),
      order_(std::ssize(data.train), options.batch, rng_.split(order)) {
  tested_.reserve(2);
  tested_.push_back({data, Evaluator(options, data)});
  if (other) tested_.push_back({*other, Evaluator(options, *other)});
  for (const Tested& tested : tested_)
    for (const PairGroup& group : tested.data.test)
      untrained_.emplace_back("patches_accuracy_" + group.name, match_patches(tested.data, group).accuracy());
}

void MatchingTask::step(std::int64_t epoch, std::int64_t step, Meter& meter) {
  const StepTime time(*this);
  training_.frame().run(order_.indices(epoch, step), epoch, meter,
                        [&](const Shard& shard, Meter& own) { compute(shard, own); });
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
  return with_solver_columns(std::move(names), {"solver_share"});
}

void MatchingTask::end_epoch(std::int64_t /*epoch*/, Meter& meter) {
  SolverDiagnostics& solver = training_.objective().diagnostics();
  record_solver_epoch(meter, solver, end_step_time());
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
                     in_percent(meter.value("train_accuracy")) + "  test " + in_percent(meter.value("test_accuracy"));
  const std::vector<std::string> groups = group_names();
  if (groups.size() > 1)
    for (const std::string& group : groups) text += "  " + group + " " + in_percent(meter.value("accuracy_" + group));
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
