#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <cotape/apps/common/report/report.h>
#include <cotape/apps/common/train/options.h>
#include <cotape/apps/common/train/run_folder.h>
#include <cotape/engine/tape/checkpoint.h>
#include <cotape/engine/tape/tape.h>

namespace cotape::app {

// What a program trains: the loop below asks for one step, one row of metrics and one report at a time. All state that
// a step changes is either in save() and load() or among the sums.
class TrainingTask {
 public:
  virtual ~TrainingTask() = default;

  virtual std::int64_t steps_per_epoch() const = 0;
  // How many numbers a step adds up over an epoch.
  virtual std::size_t sum_count() const = 0;
  // One training step; epochs and steps count from 0. Adds to `sums`, which the loop resets at the start of an epoch
  // and keeps in the checkpoint.
  virtual void step(std::int64_t epoch, std::int64_t step, std::span<double> sums) = 0;
  // The tape that a step is recorded on, for --inspect.
  virtual Tape& tape() = 0;
  // Text behind the progress bar.
  virtual std::string detail(std::span<const double> sums, std::int64_t steps) const = 0;

  // Columns of metrics.csv between "epoch" and "seconds"; those of time come last.
  virtual std::vector<std::string> columns() const = 0;
  // Their values at the end of an epoch.
  virtual std::vector<double> end_epoch(std::int64_t epoch, std::span<const double> sums) = 0;
  // The line printed for a row of metrics.
  virtual std::string line(const std::vector<double>& row) const = 0;

  virtual void save(Checkpoint& checkpoint) const = 0;
  virtual void load(const Checkpoint& checkpoint) = 0;

  // Pictures and report.html, rewritten after every epoch.
  virtual void write_report(const RunFolder& folder, const Metrics& metrics, const Record& summary) = 0;
  // Entries of summary.json between "seed" and "seconds", from the table, which has a row.
  virtual Record results(const Metrics& metrics) const = 0;
};

// Trains to the last epoch, or until Ctrl-C: progress, metrics.csv and checkpoint after every epoch, report, summary;
// inspect.html of the step that options.inspect names, before the report.
// A run that was ended at any moment, by Ctrl-C or by a crash, continues with options.resume to the same bytes as one
// that was never stopped. `app` is the program's name, `config` all its settings.
Outcome train(TrainingTask& task, const std::string& app, const CommonOptions& options, const Record& config);

}  // namespace cotape::app
