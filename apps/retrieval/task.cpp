#include <cotape/apps/common/train/solver_metrics.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/apps/retrieval/pictures.h>
#include <cotape/apps/retrieval/task.h>
#include <cotape/nn/train/value.h>

namespace cotape::app {
namespace {

// Purposes that random numbers are drawn for, each with a stream of its own.
enum Stream : std::uint64_t { weights, order, moves, training_noise };

constexpr std::uint64_t tasks_seed = 1;  // of one-shot tasks, the same for all runs

RetrievalScore score_of(const Tensor& embeddings, const RetrievalOptions& options, const RetrievalData& data,
                        Tape& tape) {
  return score_retrieval(embeddings, data.test.classes, options.ways, options.tasks, Rng(tasks_seed), tape);
}

// Names of a score's numbers and what they are.
std::vector<std::pair<std::string, double>> numbers_of(const RetrievalScore& score) {
  std::vector<std::pair<std::string, double>> numbers;
  for (std::size_t c = 0; c < score.cuts.size(); ++c)
    numbers.emplace_back("recall_" + std::to_string(score.cuts[c]), score.recall[c]);
  numbers.emplace_back("map_at_r", score.map_at_r);
  numbers.emplace_back("one_shot", score.one_shot);
  return numbers;
}

// The mean similarities of a batch's queries with relatives and with strangers.
void record_similarities(Meter& meter, const Tensor& similarities, const Tensor& relevant) {
  double same = 0, all = 0, count = 0;
  for (std::int64_t i = 0; i < similarities.size(); ++i) {
    all += static_cast<double>(similarities[i]);
    same += static_cast<double>(similarities[i] * relevant[i]);
    count += static_cast<double>(relevant[i]);
  }
  meter.share("similarity_same", same, count);
  meter.share("similarity_other", all - same, static_cast<double>(similarities.size()) - count);
}

}  // namespace

RetrievalScore raw_score(const RetrievalOptions& options, const RetrievalData& data) {
  Tape tape(Gradients::off);
  return score_of(raw_embeddings(data.test), options, data, tape);
}

std::string line_of(const RetrievalScore& score) {
  std::string text = "recall";
  for (std::size_t c = 0; c < score.cuts.size(); ++c)
    text += (c == 0 ? "@" : "  @") + std::to_string(score.cuts[c]) + " " + in_percent(score.recall[c]);
  return text + "  MAP@R " + in_percent(score.map_at_r) + "  one-shot " + in_percent(score.one_shot);
}

RetrievalTask::RetrievalTask(const RetrievalOptions& options, const RetrievalData& data, const RetrievalScore& raw)
    : TaskFrame(options.common.seed,
                [&](const Rng& rng) { return RetrievalStep(options, rng.split(weights), rng.split(training_noise)); }),
      options_(options),
      data_(data),
      raw_(raw),
      batches_(data_.train.classes, options.batch, options.per_class, rng_.split(order)) {}

void RetrievalTask::step(std::int64_t epoch, std::int64_t step, Meter& meter) {
  const StepTime time(*this);
  const auto indices = batches_.indices(epoch, step);
  classes_.clear();
  for (const std::int64_t i : indices) classes_.push_back(data_.train.classes[static_cast<std::size_t>(i)]);
  const Rng moved = rng_.split(moves).split(static_cast<std::uint64_t>(epoch)).split(static_cast<std::uint64_t>(step));
  training_.run(indices, classes_, epoch, meter, [&](const Shard& shard, Meter& own) { compute(shard, moved, own); });
}

void RetrievalTask::compute(const Shard& shard, const Rng& moved, Meter& meter) {
  const std::span<const std::int64_t> indices = shard.examples;
  const std::int64_t first = shard.number * std::ssize(indices);  // of them in the batch
  const Moves reach{static_cast<double>(options_.shift), options_.turn};
  const Shape shape{std::ssize(indices), picture_side, picture_side, 1};
  const SolverDiagnostics before = training_.objective().diagnostics();
  const RetrievalStep::Values values = training_.compute(
      [&](Tape& tape) {
        return tape.constant(shape,
                             [&](Tensor& out) { fill_moved_pictures(data_.train, indices, first, reach, moved, out); });
      },
      std::span(classes_).subspan(static_cast<std::size_t>(first), indices.size()), shard);
  meter.mean("train_loss", static_cast<double>(values.loss.value().item()), shard.share);
  record_similarities(meter, values.similarities.value(), training_.relatives().relevant());
  record_solver_step(meter, before, training_.objective().diagnostics());
}

std::string RetrievalTask::detail(const Meter& meter) const {
  return "loss " + short_number(meter.value("train_loss"));
}

std::vector<std::string> RetrievalTask::columns() const {
  std::vector<std::string> names = {"train_loss", "similarity_same", "similarity_other"};
  for (const auto& [name, value] : numbers_of({})) names.push_back(name);
  return with_solver_columns(std::move(names), {"solver_share"});
}

RetrievalScore RetrievalTask::evaluate() {
  return score_of(embed(training_.net(), data_.test, evaluation_tape_), options_, data_, evaluation_tape_);
}

void RetrievalTask::end_epoch(std::int64_t /*epoch*/, Meter& meter) {
  SolverDiagnostics& solver = training_.objective().diagnostics();
  record_solver_epoch(meter, solver, end_step_time());
  for (const auto& [name, value] : numbers_of(evaluate())) meter.latest(name, value);
  solver.reset();
}

std::string RetrievalTask::line(const Meter& meter) const {
  RetrievalScore score;
  for (std::size_t c = 0; c < score.cuts.size(); ++c)
    score.recall[c] = meter.value("recall_" + std::to_string(score.cuts[c]));
  score.map_at_r = meter.value("map_at_r");
  score.one_shot = meter.value("one_shot");
  return "loss " + short_number(meter.value("train_loss")) + "  " + line_of(score);
}

Record RetrievalTask::results(const Metrics& metrics) const {
  Record record;
  for (const auto& [name, value] : numbers_of({})) record.emplace_back(name, metrics.last(name));
  for (const auto& [name, value] : numbers_of(raw_)) record.emplace_back("raw_" + name, value);
  record.emplace_back("train_pictures", data_.train.count());
  record.emplace_back("train_classes", data_.train.class_count());
  record.emplace_back("test_pictures", data_.test.count());
  record.emplace_back("test_classes", data_.test.class_count());
  return record;
}

void RetrievalTask::write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) {
  write_retrieval_pictures(folder, embed(training_.net(), data_.test, evaluation_tape_), data_.test);
  write_retrieval_report(folder, metrics, summary, options_.settings());
}

}  // namespace cotape::app
