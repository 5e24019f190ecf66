#include <cotape/apps/common/train/interrupt.h>
#include <cotape/apps/common/train/progress.h>
#include <cotape/apps/common/train/training.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/inspect/inspection.h>
#include <cotape/nn/train/serialize.h>

#include <algorithm>
#include <chrono>
#include <optional>

namespace cotape::app {
namespace {

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Where a run stands: `epoch` whole epochs and `step` steps of the next one are done.
struct Place {
  std::int64_t epoch = 0;
  std::int64_t step = 0;
  std::vector<double> sums;
};

void save(const RunFolder& folder, const TrainingTask& task, const Place& place) {
  Checkpoint checkpoint;
  task.save(checkpoint);
  checkpoint.put_integer("loop.epoch", place.epoch);
  checkpoint.put_integer("loop.step", place.step);
  for (std::size_t i = 0; i < place.sums.size(); ++i)
    checkpoint.put_number("loop.sum." + std::to_string(i), place.sums[i]);
  save_checkpoint(folder.checkpoint(), checkpoint);
}

Place load(const RunFolder& folder, TrainingTask& task) {
  const Checkpoint checkpoint = load_checkpoint(folder.checkpoint());
  Place place{checkpoint.integer("loop.epoch"), checkpoint.integer("loop.step"), {}};
  for (std::size_t i = 0; i < task.sum_count(); ++i)
    place.sums.push_back(checkpoint.number("loop.sum." + std::to_string(i)));
  if (place.epoch < 0 || place.step < 0 || place.step >= task.steps_per_epoch())
    fail<FileError>(folder.checkpoint().string(), ": epoch ", place.epoch, " step ", place.step,
                    " is no place in a run of ", task.steps_per_epoch(), " steps an epoch");
  task.load(checkpoint);
  return place;
}

// One step; when it is the one to inspect, its page is written too.
void take_step(TrainingTask& task, const std::string& app, const CommonOptions& options, const RunFolder& folder,
               Place& place) {
  std::optional<Inspector> inspector;
  if (options.inspect == StepNumber{place.epoch + 1, place.step + 1}) inspector.emplace(task.tape());
  task.step(place.epoch, place.step, place.sums);
  ++place.step;
  if (!inspector) return;
  Inspection seen = inspector->inspection();
  seen.title = app + ": epoch " + std::to_string(place.epoch + 1) + ", step " + std::to_string(place.step);
  write_inspection(folder.inspection(), seen);
}

Record summary_of(const TrainingTask& task, const std::string& app, const CommonOptions& options, const Record& config,
                  const Metrics& metrics) {
  const std::vector<double>& row = metrics.rows().back();
  Record summary{{"app", app}};
  for (const auto& entry : config)
    if (entry.first != "out" && entry.first != "resume" && entry.first != "epochs") summary.push_back(entry);
  summary.emplace_back("epochs", metrics.last_epoch());
  for (const auto& entry : task.results(metrics)) summary.push_back(entry);
  const double seconds = row.back();
  const auto steps = static_cast<double>(metrics.last_epoch() * task.steps_per_epoch());
  summary.emplace_back("seconds", seconds);
  summary.emplace_back("steps_per_second", seconds > 0 ? steps / seconds : 0.0);
  summary.emplace_back("finished", metrics.last_epoch() >= options.epochs);
  return summary;
}

}  // namespace

Outcome train(TrainingTask& task, const std::string& app, const CommonOptions& options, const Record& config) {
  const Interrupt interrupt;  // before the first file is written: whoever sees it may press Ctrl-C
  const RunFolder folder(options.out);
  const std::int64_t steps = task.steps_per_epoch();
  if (options.inspect && (options.inspect->epoch > options.epochs || options.inspect->step > steps))
    fail<ValueError>("--inspect ", options.inspect->epoch, ",", options.inspect->step, ": the run has ", options.epochs,
                     " epochs of ", steps, " steps");
  std::vector<std::string> columns = task.columns();
  columns.insert(columns.begin(), "epoch");
  columns.push_back("seconds");

  Place place{0, 0, std::vector<double>(task.sum_count())};
  if (options.resume) {
    folder.check_resume(config);
    place = load(folder, task);
  }
  Metrics metrics = options.resume ? folder.resume(config, columns, place.epoch) : folder.start(config, columns);
  if (!options.resume) save(folder, task, place);

  const double seconds_before = metrics.rows().empty() ? 0 : metrics.rows().back().back();
  const Stopwatch watch;
  Progress progress(options.epochs * steps, "", place.epoch * steps + place.step);
  while (place.epoch < options.epochs) {
    progress.label("epoch " + std::to_string(place.epoch + 1) + "/" + std::to_string(options.epochs));
    while (place.step < steps) {
      take_step(task, app, options, folder, place);
      progress.step(place.epoch * steps + place.step, progress.visible() ? task.detail(place.sums, place.step) : "");
      if (interrupt.requested() && place.step < steps) {
        save(folder, task, place);
        progress.line("interrupted in epoch " + std::to_string(place.epoch + 1) + "; continue with --resume");
        return Outcome::interrupted;
      }
    }

    std::vector<double> row = task.end_epoch(place.epoch, place.sums);
    row.insert(row.begin(), static_cast<double>(place.epoch + 1));
    row.push_back(seconds_before + watch.seconds());
    progress.line("epoch " + std::to_string(place.epoch + 1) + "/" + std::to_string(options.epochs) + "  " +
                  task.line(row));
    place = {place.epoch + 1, 0, std::vector<double>(task.sum_count())};
    metrics.append(row);  // before the checkpoint: a kill in between costs one epoch, and no row
    save(folder, task, place);
    if (place.epoch == options.epochs) break;
    task.write_report(folder, metrics, summary_of(task, app, options, config, metrics));
    if (interrupt.requested()) {
      progress.line("interrupted after epoch " + std::to_string(place.epoch) + "; continue with --resume");
      return Outcome::interrupted;
    }
  }
  const Record summary = summary_of(task, app, options, config, metrics);
  folder.write_summary(summary);
  task.write_report(folder, metrics, summary);
  return Outcome::finished;
}

}  // namespace cotape::app
