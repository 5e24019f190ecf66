#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/inspect/inspection.h>
#include <cotape/nn/train/interrupt.h>
#include <cotape/nn/train/progress.h>
#include <cotape/nn/train/serialize.h>
#include <cotape/nn/train/training.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>

namespace cotape {
inline namespace COTAPE_PRECISION {
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
  Meter meter;
};

constexpr const char* rows_sum = "loop.rows_crc32";

// The columns of metrics.csv that are the same in every run: all but those of time, "seconds" included.
std::size_t lasting_columns(const TrainingTask& task) {
  const std::size_t columns = 1 + task.columns().size();  // with "epoch"
  return columns - std::min(task.time_columns(), columns - 1);
}

// Where the task and the run stand.
Checkpoint checkpoint_of(const TrainingTask& task, const Place& place) {
  Checkpoint checkpoint;
  task.save(checkpoint);
  checkpoint.put_integer("loop.epoch", place.epoch);
  checkpoint.put_integer("loop.step", place.step);
  place.meter.save(checkpoint, "loop.meter");
  return checkpoint;
}

void save(const RunFolder& folder, const TrainingTask& task, const Place& place, const Metrics& metrics) {
  Checkpoint checkpoint = checkpoint_of(task, place);
  checkpoint.put_integer(rows_sum, metrics.checksum(lasting_columns(task)));
  save_checkpoint(folder.checkpoint(), checkpoint);
}

// That the rows of metrics.csv up to the checkpoint's epoch are those that it was written beside.
void check_rows(const RunFolder& folder, const TrainingTask& task, const Checkpoint& checkpoint, std::int64_t epoch,
                const std::vector<std::string>& columns) {
  Metrics metrics = Metrics::read(folder.file("metrics.csv"), columns);
  metrics.drop_after(epoch);
  const auto refuse = [&](const char* what) {
    fail<FileError>(shown_path(folder.file("metrics.csv")), ": ", what, " up to epoch ", epoch);
  };
  for (const double seconds : metrics.column("seconds"))
    if (!(seconds >= 0) || std::isinf(seconds)) refuse("seconds that are no time in the rows");
  // Older checkpoints have no sum. RunFolder::resume counts the rows.
  if (metrics.last_epoch() == epoch && checkpoint.contains(rows_sum) &&
      checkpoint.integer(rows_sum) != metrics.checksum(lasting_columns(task)))
    refuse("not the rows that the checkpoint was written beside,");
}

Place load(const RunFolder& folder, TrainingTask& task, const std::vector<std::string>& columns) {
  const Checkpoint checkpoint = load_checkpoint(folder.checkpoint(), Checksum::required);
  Place place{checkpoint.integer("loop.epoch"), checkpoint.integer("loop.step"), {}};
  const std::int64_t max_epoch = std::numeric_limits<std::int64_t>::max() / task.steps_per_epoch() - 1;
  if (place.epoch < 0 || place.epoch > max_epoch || place.step < 0 || place.step >= task.steps_per_epoch())
    fail<FileError>(shown_path(folder.checkpoint()), ": epoch ", place.epoch, " step ", place.step,
                    " is no place in a run of ", task.steps_per_epoch(), " steps an epoch");
  // Older checkpoints have sums without names; between two epochs these are all 0.
  const bool unnamed = checkpoint.contains("loop.sum.0");
  if (unnamed && place.step > 0)
    fail<FileError>(shown_path(folder.checkpoint()), ": an older version wrote it in the middle of epoch ",
                    place.epoch + 1, ", after step ", place.step,
                    "; resume with that version and stop it after an epoch, or start anew");
  if (!unnamed) place.meter.load(checkpoint, "loop.meter");
  check_rows(folder, task, checkpoint, place.epoch, columns);
  task.load(checkpoint);
  return place;
}

// Gives the other processes the state of process 0.
void tell(Processes& processes, const TrainingTask& task, const Place& place) {
  if (processes.count() == 1) return;
  std::string bytes = to_safetensors(checkpoint_of(task, place));
  broadcast(processes, bytes);
}

// What the other processes do meanwhile: take the state of process 0.
Place listen(Processes& processes, TrainingTask& task) {
  std::string bytes;
  broadcast(processes, bytes);
  const Checkpoint checkpoint = from_safetensors(bytes, "the state of process 0", Checksum::required);
  Place place{checkpoint.integer("loop.epoch"), checkpoint.integer("loop.step"), {}};
  place.meter.load(checkpoint, "loop.meter");
  task.load(checkpoint);
  return place;
}

// The loop of all processes but the first: their part of every step, and nothing else.
Outcome follow(Processes& processes, TrainingTask& task, const TrainingOptions& options, const Interrupt& interrupt) {
  Place place = listen(processes, task);
  const std::int64_t steps = task.steps_per_epoch();
  while (place.epoch < options.epochs) {
    while (place.step < steps) {
      task.step(place.epoch, place.step, place.meter);
      ++place.step;
      if (any_of(processes, interrupt.requested()) && place.step < steps) return Outcome::interrupted;
    }
    place = listen(processes, task);
    if (place.epoch < options.epochs && any_of(processes, interrupt.requested())) return Outcome::interrupted;
  }
  return Outcome::finished;
}

// What the steps of this process have sent, and how long that took.
class Communication {
 public:
  explicit Communication(const Processes& processes) : processes_(processes) {}
  // Around a step.
  void begin() {
    bytes_ -= processes_.bytes_sent();
    exchanges_ -= processes_.exchanges();
    waited_ -= processes_.seconds();
    watch_ = Stopwatch();
  }
  void end() {
    bytes_ += processes_.bytes_sent();
    exchanges_ += processes_.exchanges();
    waited_ += processes_.seconds();
    seconds_ += watch_.seconds();
    ++steps_;
  }
  // "4 processes: a step sent 1.2 MB in 12 exchanges, which took 3.4 % of its 0.12 s"
  std::string line() const {
    const auto steps = static_cast<double>(steps_);
    return std::to_string(processes_.count()) + " processes: a step sent " +
           short_number(static_cast<double>(bytes_) / steps / 1e6) + " MB in " +
           short_number(static_cast<double>(exchanges_) / steps) + " exchanges, which took " +
           short_number(100 * waited_ / seconds_) + " % of its " + short_number(seconds_ / steps) + " s";
  }
  bool worth_telling() const { return processes_.count() > 1 && steps_ > 0; }

 private:
  const Processes& processes_;
  Stopwatch watch_;
  std::int64_t steps_ = 0, bytes_ = 0, exchanges_ = 0;
  double waited_ = 0, seconds_ = 0;
};

// One step; when it is the one to inspect, its page is written too.
void take_step(TrainingTask& task, const TrainingOptions& options, const RunFolder& folder, Place& place) {
  std::optional<Inspector> inspector;
  if (options.inspect == StepNumber{place.epoch + 1, place.step + 1}) inspector.emplace(task.tape());
  task.step(place.epoch, place.step, place.meter);
  ++place.step;
  if (!inspector) return;
  Inspection seen = inspector->inspection();
  seen.title = options.app + ": epoch " + std::to_string(place.epoch + 1) + ", step " + std::to_string(place.step);
  write_inspection(folder.inspection(), seen);
}

std::vector<double> row_of(const std::vector<std::string>& columns, std::int64_t epoch, const Meter& meter,
                           double seconds) {
  std::vector<double> row{static_cast<double>(epoch)};
  for (const std::string& column : columns) row.push_back(meter.value(column));
  row.push_back(seconds);
  return row;
}

Record summary_of(const TrainingTask& task, const TrainingOptions& options, const Metrics& metrics) {
  Record summary{{"app", options.app}};
  for (const auto& entry : options.config)
    if (entry.first != "out" && entry.first != "resume" && entry.first != "epochs") summary.push_back(entry);
  summary.emplace_back("epochs", metrics.last_epoch());
  for (const auto& entry : task.results(metrics)) summary.push_back(entry);
  const double seconds = metrics.last("seconds");
  const auto steps = static_cast<double>(metrics.last_epoch() * task.steps_per_epoch());
  summary.emplace_back("seconds", seconds);
  summary.emplace_back("steps_per_second", seconds > 0 ? steps / seconds : 0.0);
  summary.emplace_back("finished", metrics.last_epoch() >= options.epochs);
  return summary;
}

// "loss 0.25  accuracy 0.9": those of the names that the meter knows.
std::string values_of(const std::vector<std::string>& names, const Meter& meter) {
  std::string text;
  for (const std::string& name : names)
    if (meter.contains(name)) text += (text.empty() ? "" : "  ") + name + " " + short_number(meter.value(name));
  return text;
}

}  // namespace

std::string TrainingTask::detail(const Meter& meter) const { return values_of(columns(), meter); }

std::string TrainingTask::line(const Meter& meter) const { return values_of(columns(), meter); }

Outcome train(TrainingTask& task, const TrainingOptions& options) {
  const Interrupt interrupt;  // before the first file is written: whoever sees it may press Ctrl-C
  OneProcess alone;
  Processes& processes = options.processes ? *options.processes : alone;
  if (task.shards() < processes.count())
    fail<ValueError>(options.option_prefix, "shards ", task.shards(), ": too few for ", processes.count(),
                     " processes, which compute one at least");
  const RunFolder folder(options.out, options.option_prefix);
  const std::int64_t steps = task.steps_per_epoch();
  if (options.inspect && (options.inspect->epoch > options.epochs || options.inspect->step > steps))
    fail<ValueError>(options.option_prefix, "inspect ", options.inspect->epoch, ",", options.inspect->step,
                     ": the run has ", options.epochs, " epochs of ", steps, " steps");
  if (!processes.is_first()) return follow(processes, task, options, interrupt);
  const std::vector<std::string> names = task.columns();
  std::vector<std::string> columns{"epoch"};
  columns.insert(columns.end(), names.begin(), names.end());
  columns.push_back("seconds");

  if (options.resume)
    folder.check_resume(options.config);
  else
    create_folder(folder.path());
  const FolderLock only_one(folder.path());
  Place place;
  if (options.resume) place = load(folder, task, columns);
  Metrics metrics =
      options.resume ? folder.resume(options.config, columns, place.epoch) : folder.start(options.config, columns);
  if (!options.resume) save(folder, task, place, metrics);
  tell(processes, task, place);

  const double seconds_before = metrics.rows().empty() ? 0 : metrics.last("seconds");
  const std::string how_to_continue = "; continue with " + options.option_prefix + "resume";
  const Stopwatch watch;
  Communication communication(processes);
  Progress progress(options.epochs * steps, "", place.epoch * steps + place.step);
  if (options.resume && place.epoch >= options.epochs)
    progress.line("nothing to train: the run has " + std::to_string(place.epoch) + " epochs, and " +
                  options.option_prefix + "epochs is " + std::to_string(options.epochs));
  while (place.epoch < options.epochs) {
    progress.label("epoch " + std::to_string(place.epoch + 1) + "/" + std::to_string(options.epochs));
    while (place.step < steps) {
      communication.begin();
      take_step(task, options, folder, place);
      communication.end();
      progress.step(place.epoch * steps + place.step, progress.visible() ? task.detail(place.meter) : "");
      if (any_of(processes, interrupt.requested()) && place.step < steps) {
        save(folder, task, place, metrics);
        progress.line("interrupted in epoch " + std::to_string(place.epoch + 1) + how_to_continue);
        return Outcome::interrupted;
      }
    }

    task.end_epoch(place.epoch, place.meter);
    const std::vector<double> row = row_of(names, place.epoch + 1, place.meter, seconds_before + watch.seconds());
    progress.line("epoch " + std::to_string(place.epoch + 1) + "/" + std::to_string(options.epochs) + "  " +
                  task.line(place.meter));
    place = {place.epoch + 1, 0, {}};
    metrics.append(row);  // before the checkpoint: a kill in between costs one epoch, and no row
    save(folder, task, place, metrics);
    tell(processes, task, place);
    if (place.epoch == options.epochs) break;
    task.write_report(folder, metrics, summary_of(task, options, metrics));
    if (any_of(processes, interrupt.requested())) {
      progress.line("interrupted after epoch " + std::to_string(place.epoch) + how_to_continue);
      return Outcome::interrupted;
    }
  }
  const Record summary = summary_of(task, options, metrics);
  if (communication.worth_telling()) progress.line(communication.line());
  folder.write_summary(summary);
  task.write_report(folder, metrics, summary);
  return Outcome::finished;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
