#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <cotape/engine/tape/checkpoint.h>
#include <cotape/engine/tape/tape.h>
#include <cotape/nn/train/meter.h>
#include <cotape/nn/train/metrics.h>
#include <cotape/nn/train/processes.h>
#include <cotape/nn/train/run_folder.h>
#include <cotape/nn/train/value.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A step of a training run; both count from 1.
struct StepNumber {
  std::int64_t epoch = 0;
  std::int64_t step = 0;
  bool operator==(const StepNumber&) const = default;
};

// How a run ended.
enum class Outcome { finished, interrupted };

// What is trained: the loop below asks for one step, one epoch's metrics and one report at a time. All state that a
// step changes is either in save() and load() or in the meter.
class TrainingTask {
 public:
  virtual ~TrainingTask() = default;

  virtual std::int64_t steps_per_epoch() const = 0;
  // One training step; epochs and steps count from 0. Records its numbers in the meter, which is empty at the start of
  // an epoch and kept in the checkpoint.
  virtual void step(std::int64_t epoch, std::int64_t step, Meter& meter) = 0;
  // The tape that a step is recorded on, for the page of an inspected step.
  virtual Tape& tape() = 0;

  // The columns of metrics.csv between "epoch" and "seconds": names in the meter. Those of time come last.
  virtual std::vector<std::string> columns() const = 0;
  // How many columns, the last ones, are of time. The others are the same in every run of these settings: the
  // checkpoint keeps a checksum of their rows, so that resuming notices when metrics.csv has been changed.
  virtual std::size_t time_columns() const { return 0; }
  // Completes the meter at the end of an epoch: evaluation, and what is recorded once an epoch.
  virtual void end_epoch(std::int64_t /*epoch*/, Meter& /*meter*/) {}
  // Text behind the progress bar: the columns that the meter knows so far.
  virtual std::string detail(const Meter& meter) const;
  // The line that is printed at the end of an epoch: all columns.
  virtual std::string line(const Meter& meter) const;

  // How many shards of a batch a step adds up (ShardedStep), so that several processes can take it.
  virtual std::int64_t shards() const { return 1; }

  virtual void save(Checkpoint& checkpoint) const = 0;
  virtual void load(const Checkpoint& checkpoint) = 0;

  // Whatever shows the run, rewritten after every epoch.
  virtual void write_report(const RunFolder& /*folder*/, const Metrics& /*metrics*/, const Record& /*summary*/) {}
  // Entries of summary.json between "seed" and "seconds", from the table, which has a row.
  virtual Record results(const Metrics& /*metrics*/) const { return {}; }
};

struct TrainingOptions {
  std::string app = {};                    // the program's name: in summary.json and on the page of an inspected step
  std::filesystem::path out = {};          // folder for everything that is written
  std::int64_t epochs = 10;                // passes over the training data
  bool resume = false;                     // continue the run in `out`
  std::optional<StepNumber> inspect = {};  // the step whose backward pass becomes inspect.html
  Record config = {};                      // all settings, for config.json; a run is only resumed under the same ones
  Processes* processes = nullptr;          // that train together; none: this one alone
  std::string option_prefix = {};          // what messages write before "resume" and "inspect": "--" on a command line
};

// Trains to the last epoch, or until Ctrl-C: progress, metrics.csv and checkpoint after every epoch, report, summary;
// inspect.html of the step that options.inspect names, before the report.
// A run that was ended at any moment, by Ctrl-C or by a crash, continues with options.resume to the same bytes as one
// that was never stopped. Throws ValueError for options that do not fit the run, FileError where another program trains
// in the same folder, and for what cannot be written or resumed: a checkpoint without its checksum, or rows of
// metrics.csv that are not those it was written beside.
//
// Where several processes train together, all call this, with tasks that were made alike. Process 0 alone reads and
// writes files, prints, inspects, and ends an epoch, that is, evaluates; the others go on with the state that it has
// then, and tells at the end what a step sent. A signal to one of them interrupts all. With as many shards the bytes
// are the same for any number of processes, also of a run that is resumed with another number. Throws ValueError for a
// task that does not take its steps in as many shards as there are processes.
Outcome train(TrainingTask& task, const TrainingOptions& options);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
